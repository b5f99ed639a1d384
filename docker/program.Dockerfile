# The program: engine, FastAGI, CTI and HTTP. Asterisk runs in its own container, from its own image; the same tree is
# here as well, at the same place, because the program links to its data and `sambut check` looks at it.
FROM debian:bookworm-slim AS asterisk

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates debian-archive-keyring \
    && rm -rf /var/lib/apt/lists/*
ENV XDG_CACHE_HOME=/opt/sambut/cache
COPY tools/ground.sh tools/debian-tree tools/asterisk /opt/sambut/source/tools/
RUN /opt/sambut/source/tools/asterisk && rm -rf "$XDG_CACHE_HOME/sambut/apt"

FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10169 --create-home --home-dir /var/lib/sambut --shell /usr/sbin/nologin sambut \
    && install -d -o sambut -g sambut /opt/sambut

USER sambut
ENV XDG_CACHE_HOME=/opt/sambut/cache PATH=/opt/sambut/venv/bin:/usr/local/bin:/usr/bin:/bin
COPY --from=asterisk --chown=sambut:sambut /opt/sambut/cache /opt/sambut/cache
COPY --chown=sambut:sambut . /opt/sambut/source
RUN /opt/sambut/source/tools/python-environment program /opt/sambut/venv

WORKDIR /var/lib/sambut
VOLUME /var/lib/sambut
EXPOSE 8169
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/opt/sambut/venv/bin/python", "/opt/sambut/source/docker/program-health"]
ENTRYPOINT ["sambut"]
CMD ["up"]
