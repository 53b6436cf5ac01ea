//! Routes that can be listed: every route of the site is written into one list while it is made.
//!
//! A room writes its routes as with axum, with the [`Routes`], [`get`] and [`post`] of this module. There is no way from a
//! router of axum to [`Routes`], and [`Ui::dress`](crate::Ui::dress) takes nothing else: so a test that walks the list has
//! seen all that the site answers.

use std::convert::Infallible;
use std::fmt;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, Route};
use tower::{Layer, Service};

/// A route as it stands in the list: `POST /me/sessions/{id}/end`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Listed {
    /// `/me/sessions/{id}/end`, with the names of its holes.
    pub path: String,
    /// `POST`.
    pub method: &'static str,
}

impl fmt::Display for Listed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.method, self.path)
    }
}

/// Routes, and the list of them.
pub struct Routes<S = ()> {
    router: Router<S>,
    listed: Vec<Listed>,
}

/// What one path answers, by method.
pub struct Methods<S> {
    router: MethodRouter<S>,
    names: Vec<&'static str>,
}

macro_rules! methods {
    ($($name:ident $filter:ident $title:literal;)+) => {
        $(
            #[doc = concat!("Answers `", $title, "` with this handler.")]
            pub fn $name<H, T, S>(handler: H) -> Methods<S>
            where
                H: Handler<T, S>,
                T: 'static,
                S: Clone + Send + Sync + 'static,
            {
                Methods { router: MethodRouter::new(), names: Vec::new() }.$name(handler)
            }
        )+

        impl<S: Clone + Send + Sync + 'static> Methods<S> {
            $(
                #[doc = concat!("Answers `", $title, "` too.")]
                #[must_use]
                pub fn $name<H, T>(mut self, handler: H) -> Self
                where
                    H: Handler<T, S>,
                    T: 'static,
                {
                    self.router = self.router.on(MethodFilter::$filter, handler);
                    self.names.push($title);
                    self
                }
            )+
        }
    };
}

methods! {
    get GET "GET";
    post POST "POST";
    put PUT "PUT";
    patch PATCH "PATCH";
    delete DELETE "DELETE";
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None yet.
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            listed: Vec::new(),
        }
    }

    /// Adds what a path answers.
    #[must_use]
    pub fn route(mut self, path: &str, methods: Methods<S>) -> Self {
        let listed = methods.names.iter().map(|method| Listed {
            path: path.to_owned(),
            method,
        });
        self.listed.extend(listed);
        self.router = self.router.route(path, methods.router);
        self
    }

    /// Adds other routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.listed.extend(other.listed);
        self
    }

    /// Gives the handlers what they share.
    pub fn with_state<S2>(self, state: S) -> Routes<S2> {
        Routes {
            router: self.router.with_state(state),
            listed: self.listed,
        }
    }

    /// Puts a layer around all of them.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.layer(layer);
        self
    }

    /// What is answered where there is no route.
    pub(crate) fn otherwise<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.router = self.router.fallback(handler);
        self
    }

    /// The list: every path with each of its methods, in the order in which they were added.
    pub fn listed(&self) -> &[Listed] {
        &self.listed
    }
}

impl Routes {
    /// What is served. Nothing can be added any more.
    pub fn app(self) -> Router {
        self.router
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(&self.listed).finish()
    }
}

impl<S> fmt::Debug for Methods<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(&self.names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Routes, get};

    #[test]
    fn what_is_merged_stands_in_the_list_with_each_of_its_methods() {
        let page = || async { "" };
        let one: Routes<u8> = Routes::new().route("/one/{id}", get(page).post(page));
        let all: Routes = Routes::new().route("/", get(page)).merge(one.with_state(1));
        let names: Vec<_> = all.listed().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["GET /", "GET /one/{id}", "POST /one/{id}"]);
    }
}
