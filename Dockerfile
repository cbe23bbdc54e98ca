# Image of one service: docker build --build-arg SERVICE=loans .
# Image of `mo` with all operators' commands: docker build --target mo .
# One stage compiles all services, so every image after the first builds quickly. An image contains only the production
# dependencies and the compiled code of its own service.

FROM node:24-slim AS base
ENV npm_config_update_notifier=false TURBO_TELEMETRY_DISABLED=1
WORKDIR /repo

# The manifests and sources of all services and of the packages that they import, without the development dependencies
# of workspaces and without the Node.js that npm would install as an optional dependency.
# What is in the images depends on turbo, so npm installs it in the version of the lock file and compares the hash. The
# package `turbo` is not used: if its optional binary is missing, it installs one without a hash.
FROM base AS prune
WORKDIR /turbo
COPY package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm \
    package="@turbo/linux-$(node -p "process.arch === 'x64' ? '64' : process.arch")" \
 && echo "{ \"dependencies\": { \"$package\": \"*\" } }" >package.json \
 && npm ci --ignore-scripts \
 && cp "node_modules/$package/bin/turbo" /usr/local/bin
WORKDIR /repo
COPY . .
RUN turbo prune @mo/mo --docker --production --out-dir mo \
 && npm --prefix mo/json pkg delete devDependencies --workspaces \
 && npm --prefix mo/json pkg delete optionalDependencies --workspaces \
 && npm --prefix mo/json pkg delete optionalDependencies
RUN turbo prune @mo/customers @mo/gateway @mo/loans @mo/payments @mo/webhooks --docker --production \
 && npm --prefix out/json pkg delete devDependencies --workspaces \
 && npm --prefix out/json pkg delete optionalDependencies

FROM base AS build
COPY --from=prune /repo/out/json .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY --from=prune /repo/out/full .
COPY tsconfig.base.json .
COPY --from=prune /usr/local/bin/turbo /usr/local/bin/
RUN turbo run build

# `select` takes the manifests of one service and of the packages that it imports. `deploy` adds their production
# dependencies and compiled code.
FROM prune AS select
ARG SERVICE
RUN turbo prune "@mo/${SERVICE:?must be customers, gateway, loans, payments or webhooks}" --docker --production --out-dir one \
 && npm --prefix one/json pkg delete devDependencies --workspaces \
 && npm --prefix one/json pkg delete optionalDependencies

FROM base AS deploy
ARG SERVICE
COPY --from=select /repo/one/json .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev --workspace "@mo/$SERVICE"
RUN --mount=type=bind,from=build,source=/repo,target=/built \
    for workspace in packages/* services/*; do cp -r "/built/$workspace/dist" "$workspace"; done

# `mo` runs from its TypeScript sources, as in a clone.
FROM base AS mo
ENV NODE_ENV=production
COPY --from=prune /repo/mo/json .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev --workspace @mo/mo
COPY --from=prune /repo/mo/full .
USER 1000:1000
ENTRYPOINT ["node", "--conditions=source", "--disable-warning=ExperimentalWarning", "/repo/tools/mo/bin/mo.js"]

FROM node:24-slim
ARG SERVICE
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
COPY --from=deploy /repo/node_modules /app/node_modules
COPY --from=deploy /repo/packages /app/packages
COPY --from=deploy /repo/services /app/services
WORKDIR /app/services/$SERVICE
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The same heap flags as in a clone: see docs/decisions/0033 and 0039.
CMD ["node", "--heap-growing-percent=50", "--max-semi-space-size=16", "--no-allocation-site-pretenuring", "--enable-source-maps", "dist/main.js"]
