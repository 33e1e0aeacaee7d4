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

/// Anybody who has.
pub struct Fresh(pub Caller);

impl FromRequest for FreshAdmin {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, admin) = (request.clone(), Admin::from_request(request, payload));
        Box::pin(async move {
            let Admin(caller) = admin.await?;
            checked(&request, caller).await.map(FreshAdmin)
        })
    }
}

impl FromRequest for Fresh {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, caller) = (request.clone(), Caller::from_request(request, payload));
        Box::pin(async move { checked(&request, caller.await?).await.map(Fresh) })
    }
}

async fn checked(request: &HttpRequest, caller: Caller) -> Result<Caller> {
    let app = request
        .app_data::<Data<App>>()
        .expect("every route has the app");
    if caller.scopes.is_some() {
        return Ok(caller);
    }
    let begun = app.people.login_begun(caller.session).await?;
    let long = app.settings.fresh_login_s;
    if now() - begun <= long * 1_000 {
        return Ok(caller);
    }
    let detail = format!(
        "For this your login must not be older than {long} s. Sign in again with your password, \
         and repeat it."
    );
    Err(Error::new(Code::LoginTooOld, detail))
}
