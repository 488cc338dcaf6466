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
# A number, since Kubernetes can't tell whether a name is root.
USER 1000
EXPOSE 3000
# With 10,000 grants, a smaller young generation saves 140 of 500 MiB.
CMD ["node", "--max-semi-space-size=4", "src/main.ts"]
