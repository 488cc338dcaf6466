FROM node:24.21.0-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
# Half of what is installed is types and source maps, which nothing reads here.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force \
  && find node_modules -type f -regex '.*\.\(map\|d\.[mc]?ts\)' -delete
COPY manifest.yml ./
# What `npm run doctor`, which the log names, and `npm start` begin with.
COPY scripts/require-node.js scripts/load-env.js ./scripts/
COPY src ./src
# As it is compiled, so that no start compiles it anew: by the same settings, which V8 compares.
ENV NODE_COMPILE_CACHE=/app/node_modules/.cache/compiled
RUN mkdir node_modules/.cache && chown 1000:1000 node_modules/.cache
# By its number: Kubernetes cannot tell that a name is not root. Before what is compiled: Node keeps that for one user.
USER 1000
RUN node --max-semi-space-size=4 --heap-growing-percent=20 --input-type=module -e "import './src/cli/start.ts'"
EXPOSE 3000
# As in `npm start`: V8 collects early, for a burst's garbage would else stay for hours, and its threads share what they free.
ENV MALLOC_ARENA_MAX=2
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=20", "src/main.ts"]
