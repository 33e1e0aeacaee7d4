//! What gives power away, or takes everything out, wants a login that is young: a token that was
//! left lying somewhere does not make keys.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::caller::{Admin, Caller};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::words::now;

/// An admin who has given his password a short while ago, or a key, which has its scopes.
pub struct FreshAdmin(pub Caller);

impl FromRequest for FreshAdmin {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, admin) = (request.clone(), Admin::from_request(request, payload));
        Box::pin(async move {
            let Admin(caller) = admin.await?;
            let app = request
                .app_data::<Data<App>>()
                .expect("every route has the app");
            check(app, &caller).await?;
            Ok(FreshAdmin(caller))
        })
    }
}

/// Refuses a login that is not young. A key has none.
pub async fn check(app: &App, caller: &Caller) -> Result<()> {
    if caller.scopes.is_some() {
        return Ok(());
    }
    let begun = app.people.login_begun(caller.session).await?;
    let long = app.settings.fresh_login_s;
    if now() - begun <= long * 1_000 {
        return Ok(());
    }
    let detail = format!(
        "For this your login must not be older than {long} s. Sign in again with your password, \
         and repeat it."
    );
    Err(Error::new(Code::LoginTooOld, detail))
}
