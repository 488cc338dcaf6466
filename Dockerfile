FROM node:24.21.0-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
# Types and source maps are half of what is installed, and nothing reads them here.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force \
  && find node_modules -type f -regex '.*\.\(map\|d\.[mc]?ts\)' -delete
COPY manifest.yml ./
# For npm run doctor and the like.
COPY scripts/require-node.js scripts/load-env.js ./scripts/
COPY src ./src
ENV NODE_COMPILE_CACHE=/app/node_modules/.cache/compiled
RUN mkdir node_modules/.cache && chown 1000:1000 node_modules/.cache
# A number, since Kubernetes cannot tell that a name is not root; and before the next line, since Node keeps what it compiled
# for one user.
USER 1000
# Compiled now, not at each start: for the commands, and for the bot with its settings, since Node keeps both apart.
RUN for settings in "" "--heap-growing-percent=60 --max-semi-space-size=4"; do \
    node $settings --input-type=module -e "import './src/main.ts'; import './src/start.ts'"; done
EXPOSE 3000
# By these settings V8 takes half the memory for 10,000 grants, and is hardly slower.
CMD ["node", "--heap-growing-percent=60", "--max-semi-space-size=4", "src/main.ts"]
