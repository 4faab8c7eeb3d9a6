# Two images: `docker build .` makes the app, `docker build --target setup .` the operator's tools.
# The base is pinned in one place; all stages share it, so that native packages fit.
FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df AS base
WORKDIR /app

FROM base AS packages
COPY package.json package-lock.json ./
RUN npm ci

FROM packages AS build
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY tools tools
COPY demo demo
# Stand-ins, where anybody signs in as anybody, and set-up, whose packages aren't here, are for elsewhere.
RUN npm run build && rm -r dist/demo dist/tools/setup/main.js dist/tools/stand-ins

FROM base AS dependencies
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

# The tools need three development dependencies; without the rest, 33 MB are left of 259. Prune keeps
# what `npm ci` installed, so the versions stay those of the lock file.
FROM packages AS tools-dependencies
RUN set -e; \
  for name in @inquirer/prompts @logto/api pg; do \
    npm pkg set --json "dependencies.$name=$(npm pkg get "devDependencies.$name")"; \
  done; \
  npm pkg delete devDependencies; \
  npm prune

FROM base AS setup
COPY --from=tools-dependencies /app/node_modules node_modules
COPY package.json ./
COPY src src
COPY tools tools
# A new volume takes its owner from here. The app runs as the same user, and nobody else can read
# what set-up writes.
RUN mkdir /state && chown 1000:1000 /state \
  && chmod +x tools/cli.ts && ln -s /app/tools/cli.ts /usr/local/bin/doorstep
# By number, so that Kubernetes can tell that it isn't root. It is the base's user "node".
USER 1000
# Node 24 leaves types out by itself.
CMD ["node", "tools/setup/main.ts", "--yes", "--file", "/state/.env"]

FROM base
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY views views
COPY public public
# For the operator: `doorstep check`, `doorstep sessions`.
RUN chmod +x dist/tools/cli.js && ln -s /app/dist/tools/cli.js /usr/local/bin/doorstep
# The files stay root's: the app can read its own code and not change it.
USER 1000
EXPOSE 3000
# A slim image has no curl. /healthz asks nothing of Redis, so an outage there restarts nothing.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://localhost:${process.env.PORT || 3000}/healthz`).then((res) => process.exit(res.ok ? 0 : 1), () => process.exit(1))"]
# Without a shell or npm in between, so that SIGTERM reaches Node.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
