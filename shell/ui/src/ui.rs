//! What is settled once, when the program starts.

use std::fmt;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;

use crate::cookie::Jar;
use crate::keys::{Random, Signer};
use crate::live::Live;
use crate::routes::Routes;
use crate::{assets, dress, headers};

/// The settings of the pages.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The company, for the foot of pages without a rail.
    pub company: String,
    /// The origin under which browsers reach us, `https://desk.example`; never taken from a request. Without it a form
    /// may come from whatever host it was sent to.
    pub origin: Option<String>,
    /// Whether browsers reach us over HTTPS: cookies are then bound to the host, and HTTP is given up for good.
    pub https: bool,
    /// The most bytes of a form without files.
    pub form_limit: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            company: String::new(),
            origin: None,
            https: false,
            form_limit: 1 << 20,
        }
    }
}

/// What all pages share. Cheap to clone.
#[derive(Clone)]
pub struct Ui(Arc<Shared>);

pub struct Shared {
    pub settings: Settings,
    pub jar: Jar,
    pub csrf: Signer,
    pub flash: Signer,
    pub random: Box<Random>,
    pub report: Box<Report>,
    pub live: Live,
}

/// Takes the reference of a failure and what is known of it.
pub type Report = dyn Fn(&str, &str) + Send + Sync;

impl Ui {
    /// Of the settings, the server's secret, a source of bytes that nobody can foresee, and the hub of live pages.
    pub fn new(
        settings: Settings,
        secret: &[u8; 32],
        random: impl Fn(&mut [u8]) + Send + Sync + 'static,
        live: Live,
    ) -> Self {
        Self(Arc::new(Shared {
            jar: Jar {
                https: settings.https,
            },
            settings,
            csrf: Signer::derive(secret, "csrf"),
            flash: Signer::derive(secret, "flash"),
            random: Box::new(random),
            report: Box::new(|reference, what| eprintln!("error {reference}: {what}")),
            live,
        }))
    }

    /// Sends what is known of unexpected failures somewhere else than to standard error: reference, then cause.
    ///
    /// Works only before the first clone.
    #[must_use]
    pub fn reporting(mut self, report: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.0) {
            shared.report = Box::new(report);
        }
        self
    }

    /// Gives every request below a [`Frame`](crate::Frame), refuses forged forms, and turns failures into pages.
    ///
    /// Whoever finds out who is asking stands outside of it and puts a [`Viewer`](crate::Viewer), a
    /// [`Binding`](crate::Binding) and a [`Menu`](crate::Menu) into the extensions of the request.
    pub fn dress(&self, routes: Routes) -> Routes {
        // Set by name: the router's own would be lost when the assets join, and with it the frame of "no such page".
        let routes = routes.otherwise(|| async { StatusCode::NOT_FOUND });
        routes.layer(from_fn_with_state(self.clone(), dress::dress))
    }

    /// Adds the assets, and the security headers to every answer. The outermost layer.
    pub fn protect(&self, routes: Routes) -> Routes {
        routes
            .merge(assets::routes())
            .layer(from_fn_with_state(self.clone(), headers::protect))
    }

    /// The hub of live pages.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }
}

impl fmt::Debug for Ui {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Ui").field(&self.0.settings).finish()
    }
}
