# Asterisk, unpacked by the same script as on any other machine, with the program's packages beside it: the fallback
# announcement is a Python script that Asterisk starts itself when the program is away.
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates debian-archive-keyring python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10169 --create-home --home-dir /var/lib/sambut --shell /usr/sbin/nologin sambut \
    && install -d -o sambut -g sambut /opt/sambut

USER sambut
ENV XDG_CACHE_HOME=/opt/sambut/cache
COPY --chown=sambut:sambut tools/ground.sh tools/debian-tree tools/asterisk /opt/sambut/source/tools/
RUN /opt/sambut/source/tools/asterisk && rm -rf "$XDG_CACHE_HOME/sambut/apt"
COPY --chown=sambut:sambut . /opt/sambut/source
RUN /opt/sambut/source/tools/python-environment program /opt/sambut/venv
COPY --chown=sambut:sambut docker/asterisk-entry /opt/sambut/asterisk-entry

VOLUME /var/lib/sambut
HEALTHCHECK --interval=15s --timeout=10s --start-period=90s --retries=3 CMD ["/opt/sambut/asterisk-entry", "health"]
# Asterisk ends at once on TERM and cuts its calls. `docker compose stop` of the program alone cuts none.
ENTRYPOINT ["/opt/sambut/asterisk-entry"]
CMD ["serve"]
