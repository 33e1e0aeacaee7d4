//! Where the story takes place: a server of our own in a temporary folder, or one that runs.

use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::{Context, bail};
use uuid::Uuid;

use super::{Options, PASSWORD};
use crate::client::{Login, Site};
use crate::doctor;
use crate::people::random_hex;
use crate::server::Server;
use crate::settings::Settings;
use crate::store::checks::{self, Finding};

/// The admin of a server of our own, and the rep whom a guest may be.
const ADMIN: &str = "demo-admin";
const GUEST: &str = "demo-rep";
/// Short enough to be typed, for a server that is gone in minutes.
const PASSWORD_LENGTH: usize = 12;

/// The host.
pub enum Host {
    /// A server in this process, on a folder that goes when it goes.
    Own {
        server: Box<Server>,
        url: String,
        /// Of its admin, and of the rep whom a guest may be.
        password: String,
        _folder: Folder,
    },
    /// A server that runs already, and its admin.
    Running { url: String, admin: Login },
}

impl Host {
    pub async fn new(options: &Options) -> anyhow::Result<Self> {
        let Some(url) = &options.url else {
            return Self::own(options.listen.as_deref()).await;
        };
        let url = checked(url)?;
        let password = std::env::var(PASSWORD).unwrap_or_default();
        if password.is_empty() {
            bail!("--url needs the admin's password in the environment variable {PASSWORD}");
        }
        let login = options.admin.clone().unwrap_or_default();
        let admin = Login { login, password };
        Ok(Host::Running { url, admin })
    }

    async fn own(listen: Option<&str>) -> anyhow::Result<Self> {
        let folder = Folder::new()?;
        let settings = Settings {
            listen: listen.unwrap_or("127.0.0.1:0").into(),
            data_dir: folder.0.clone(),
            ..Settings::default()
        };
        let listener = TcpListener::bind(&settings.listen)
            .with_context(|| format!("the address {} cannot be served", settings.listen))?;
        let server = Box::new(Server::start(settings, listener).await?);
        let url = format!("http://{}", server.address);
        Ok(Host::Own {
            server,
            url,
            password: random_hex()[..PASSWORD_LENGTH].to_owned(),
            _folder: folder,
        })
    }

    pub fn url(&self) -> &str {
        match self {
            Host::Own { url, .. } | Host::Running { url, .. } => url,
        }
    }

    /// How a rep of this name signs in who may be played by a guest, too; None where nobody knows
    /// who looks.
    pub fn guest(&self) -> Option<Login> {
        match self {
            Host::Own { password, .. } => Some(Login {
                login: GUEST.into(),
                password: password.clone(),
            }),
            Host::Running { .. } => None,
        }
    }

    /// Where to look at it while it runs, for whoever sits at this machine.
    pub fn places(&self) -> Vec<String> {
        let Host::Own { url, password, .. } = self else {
            return Vec::new();
        };
        vec![
            format!("the board:  {url}/admin    {ADMIN}, password {password}"),
            format!("a console:  {url}/console  {GUEST}, password {password}"),
            format!("a customer: {url}/chat"),
        ]
    }

    /// The admin's access token: of the first admin there, or by signing in.
    pub async fn admin(&self, site: &Site) -> anyhow::Result<String> {
        match self {
            Host::Own {
                server, password, ..
            } => {
                let token = server.app.people.setup_token().await?;
                let token = token.context("a new server has an admin already")?;
                let setup = serde_json::json!({
                    "token": token, "username": ADMIN, "password": password,
                    "display_name": "admin",
                });
                Ok(site.sign(site.post("/setup", None, &setup)).await?.token)
            }
            Host::Running { url, admin } => {
                let signed = site.sign_in(admin).await;
                Ok(signed
                    .with_context(|| format!("{url} does not let {} in", admin.login))?
                    .token)
            }
        }
    }

    /// What the doctor finds; nothing where only the server's own machine can ask him.
    pub async fn examine(&self) -> anyhow::Result<Option<Vec<Finding>>> {
        match self {
            Host::Own { server, .. } => Ok(Some(server.app.store.read(checks::run).await?)),
            Host::Running { .. } => Ok(None),
        }
    }

    pub async fn stop(self) {
        if let Host::Own { server, .. } = self {
            server.stop().await;
        }
    }
}

/// Whether the doctor is content, as far as he was asked.
pub fn is_well(findings: Option<&[Finding]>) -> bool {
    findings.is_none_or(doctor::is_well)
}

/// The address of a server, without what we cannot speak to.
fn checked(url: &str) -> anyhow::Result<String> {
    let url = url.trim_end_matches('/');
    if url.starts_with("https://") {
        bail!("--url speaks plain HTTP only: give the server's own address, not the proxy's");
    }
    let uri: Option<awc::http::Uri> = url.parse().ok();
    let good = uri.is_some_and(|uri| {
        let host = uri.host().is_some_and(|host| !host.is_empty());
        uri.scheme_str() == Some("http") && host && uri.path() == "/" && uri.query().is_none()
    });
    if !good {
        bail!("--url {url:?} is no address of a server; give one like http://127.0.0.1:8080");
    }
    Ok(url.to_owned())
}

/// A temporary folder that is removed with everything in it.
pub struct Folder(PathBuf);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let path = std::env::temp_dir().join(format!("switchboard-demo-{}", Uuid::now_v7()));
        let mut builder = std::fs::DirBuilder::new();
        builder
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("the folder {} cannot be made", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_servers_pass() {
        assert_eq!(checked("http://[::1]:8080/").unwrap(), "http://[::1]:8080");
        for wrong in [
            "",
            "localhost",
            "http://",
            "https://a.example",
            "ftp://a",
            "http://a/b",
        ] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
    }
}
