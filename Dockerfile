# The server as an image: one binary, not root. Needs BuildKit.
# Build: docker build -t switchboard .

ARG RUST=1.95
FROM rust:${RUST}-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches outlive the build, so a change of one file does not rebuild the crates.
# Cargo goes by dates, and an older checkout has older ones: all files are new here.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    find . -path ./target -prune -o -type f -exec touch {} + \
    && cargo build --release --locked --bin switchboard \
    && install -D target/release/switchboard /out/switchboard

FROM debian:bookworm-slim
# Webhooks, mail and databases over TLS are checked against these.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/switchboard /usr/local/bin/switchboard
# A number, so that orchestrators can see it is not root. The folder is made here
# because a new volume takes its owner from the image.
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
VOLUME /data
ENV SWITCHBOARD_LISTEN=0.0.0.0:8080 \
    SWITCHBOARD_DATA_DIR=/data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
    CMD ["switchboard", "health", "--url", "http://127.0.0.1:8080"]
ENTRYPOINT ["switchboard"]
CMD ["serve"]
