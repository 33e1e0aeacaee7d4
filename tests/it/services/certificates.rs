//! A certificate authority that lives as long as the test process, and the one
//! server certificate it signs, for `localhost` and 127.0.0.1.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::watchdog;

struct Certificates {
    authority: PathBuf,
    server: String,
    key: String,
}

/// The authority's certificate as a PEM file: what a client must trust.
pub fn authority_path() -> &'static Path {
    &certificates().authority
}

/// Writes `server.pem` and `server.key` into a server's own folder, since each
/// server wants a key that only its user may read.
pub fn write_into(home: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (home.join("server.pem"), home.join("server.key"));
    std::fs::write(&certificate, &certificates().server).expect("a certificate is written");
    super::write_private(&key, &certificates().key);
    (certificate, key)
}

fn certificates() -> &'static Certificates {
    static CERTIFICATES: OnceLock<Certificates> = OnceLock::new();
    CERTIFICATES.get_or_init(|| make().expect("certificates are made"))
}

fn make() -> Result<Certificates, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
        .distinguished_name
        .push(DnType::CommonName, "Switchboard test authority");
    let key = KeyPair::generate()?;
    let authority = watchdog::folder().join("authority.pem");
    let pem = params.self_signed(&key)?.pem();
    std::fs::write(&authority, pem).expect("the authority's certificate is written");
    let issuer = Issuer::new(params, key);

    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()])?;
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    let server = params.signed_by(&key, &issuer)?.pem();
    Ok(Certificates {
        authority,
        server,
        key: key.serialize_pem(),
    })
}
