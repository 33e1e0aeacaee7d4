//! PostgreSQL in pure Rust, with TLS: how a URL becomes a connection.
//!
//! `sslmode` is `disable`, `prefer` (the default), `require` (encrypted, the server not
//! verified, as in libpq) or `verify-full` (certificate and host name verified against the
//! system's roots, or against the file in `sslrootcert`).

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::runtime::Runtime;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::pipeline::{Pipeline, Trips};

/// A synchronous PostgreSQL connection.
pub type PgConn = AsyncConnectionWrapper<Pipeline, OwnRuntime>;

/// The small runtime that drives one connection. Dropped in the background, because a
/// connection may be dropped where blocking is not allowed.
pub struct OwnRuntime(Option<Runtime>);

thread_local! {
    /// The runtime on which this thread has just connected, on its way into the wrapper: the
    /// connection must be driven by the runtime that opened it.
    static OPENED_ON: Cell<Option<OwnRuntime>> = const { Cell::new(None) };
}

impl OwnRuntime {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Self(Some(runtime.expect(
            "the system gives a runtime its timer and its poller",
        )))
    }
}

impl BlockOn for OwnRuntime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0
            .as_ref()
            .expect("only drop takes the runtime")
            .block_on(future)
    }

    fn get_runtime() -> Self {
        OPENED_ON.take().unwrap_or_else(Self::start)
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Where PostgreSQL is and how to speak to it.
#[derive(Clone)]
pub struct Target {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    /// Of all connections opened here.
    pub(super) trips: Trips,
}

impl Target {
    /// Reads a `postgres://` URL.
    pub fn parse(url: &str) -> anyhow::Result<Self> {
        let (plain, mode, root) = split_tls_options(url);
        let mut config: tokio_postgres::Config = plain
            .parse()
            .context("database_url is not a PostgreSQL URL")?;
        let (ssl_mode, verify) = match mode.as_deref() {
            Some("disable") => (SslMode::Disable, false),
            None | Some("prefer") => (SslMode::Prefer, false),
            Some("require") => (SslMode::Require, false),
            Some("verify-full") => (SslMode::Require, true),
            Some(other) => bail!(
                "database_url: sslmode={other} is not known here; use disable, prefer, require \
                 or verify-full"
            ),
        };
        config
            .ssl_mode(ssl_mode)
            .application_name("switchboard")
            .connect_timeout(Duration::from_secs(3))
            .tcp_user_timeout(Duration::from_secs(10))
            .keepalives_idle(Duration::from_secs(10))
            .options(
                "-c statement_timeout=5s -c lock_timeout=2s \
                 -c idle_in_transaction_session_timeout=10s -c synchronous_commit=on \
                 -c plan_cache_mode=force_generic_plan",
            );
        Ok(Self {
            config,
            tls: MakeRustlsConnect::new(tls_config(verify, root.as_deref())?),
            trips: Trips::default(),
        })
    }

    /// Opens a connection. Blocks, at most about 3 s.
    pub fn connect(&self) -> anyhow::Result<PgConn> {
        let runtime = OwnRuntime::start();
        let conn = runtime.block_on(async {
            let (client, link) = self.config.connect(self.tls.clone()).await?;
            anyhow::Ok(AsyncPgConnection::try_from_client_and_connection(client, link).await?)
        })?;
        OPENED_ON.set(Some(runtime));
        Ok(PgConn::from(Pipeline::new(conn, self.trips.clone())))
    }
}

/// Takes `sslmode` and `sslrootcert` out of a URL; the driver knows only part of them.
fn split_tls_options(url: &str) -> (String, Option<String>, Option<String>) {
    let Some((base, query)) = url.split_once('?') else {
        return (url.into(), None, None);
    };
    let (mut mode, mut root, mut rest) = (None, None, Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => root = Some(value.replace("%2F", "/")),
            _ => rest.push(pair),
        }
    }
    let query = if rest.is_empty() {
        String::new()
    } else {
        format!("?{}", rest.join("&"))
    };
    (format!("{base}{query}"), mode, root)
}

fn tls_config(verify: bool, root: Option<&str>) -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .context("TLS 1.2 and 1.3 are built in")?;
    if !verify {
        let trusting = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Any(provider)));
        return Ok(trusting.with_no_client_auth());
    }
    Ok(builder
        .with_root_certificates(roots(root)?)
        .with_no_client_auth())
}

/// The certificates to trust: those of the given file, else the system's.
fn roots(file: Option<&str>) -> anyhow::Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    let Some(file) = file else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(store);
    };
    let read = || format!("sslrootcert: {file} holds no readable PEM certificate");
    for certificate in CertificateDer::pem_file_iter(file).with_context(read)? {
        store
            .add(certificate.with_context(read)?)
            .with_context(read)?;
    }
    if store.is_empty() {
        bail!(read());
    }
    Ok(store)
}

/// Encrypts without asking who is at the other end: what `sslmode=require` means.
#[derive(Debug)]
struct Any(Arc<CryptoProvider>);

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
