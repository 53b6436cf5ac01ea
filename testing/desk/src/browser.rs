//! People at their browsers.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use kept_accounts::{SignIn, SignedIn, Visitor};

use crate::ground::Ground;
use crate::people::{PASSWORD, email};

const FORM: &str = "application/x-www-form-urlencoded";

/// What was answered.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its text.
    pub text: String,
}

impl Answer {
    /// Whether the text has these words.
    pub fn has(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    }

    /// The text as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The last part of the address that it leads to.
    pub fn made(&self) -> String {
        let location = self.header("location");
        location.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The value of the first hidden field of this name; empty where there is none.
    pub fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let rest = self.text.split_once(&field).map(|(_, rest)| rest);
        let value = rest.and_then(|rest| rest.split('"').next());
        value.unwrap_or_default().to_owned()
    }
}

/// Somebody at a browser, signed in.
pub struct Browser<'a> {
    ground: &'a Ground,
    /// What the browser shows.
    pub cookie: String,
}

impl Ground {
    /// Somebody signs in.
    pub fn browser(&self, name: &str) -> Browser<'_> {
        let signed = self.accounts.sign_in(SignIn {
            email: email(name),
            password: PASSWORD.into(),
            from: Visitor::default(),
        });
        let SignedIn::Session { token, .. } = self.wait(signed).unwrap() else {
            panic!("a code is asked for");
        };
        Browser {
            ground: self,
            cookie: format!("kept-session={}", token.text()),
        }
    }

    /// A browser that shows this cookie.
    pub fn browser_with(&self, cookie: impl Into<String>) -> Browser<'_> {
        Browser {
            ground: self,
            cookie: cookie.into(),
        }
    }

    /// Somebody without an account looks at a page.
    pub fn visit(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.ask(request, Body::empty())
    }

    /// Somebody without an account sends a form.
    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = Request::post(path).header(header::CONTENT_TYPE, FORM);
        self.ask(request, Body::from(body.finish()))
    }
}

impl Browser<'_> {
    /// Looks at a page.
    pub fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie);
        self.ground.ask(request, Body::empty())
    }

    /// Sends a form from a page.
    pub fn post(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(from).hidden("csrf");
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &csrf).extend_pairs(fields);
        self.submit(path, FORM, Body::from(body.finish()))
    }

    /// Sends a form with a file from a page: the field, the name of the file and its content.
    pub fn upload(
        &self,
        from: &str,
        path: &str,
        (field, name, content): (&str, &str, &[u8]),
    ) -> Answer {
        let csrf = self.get(from).hidden("csrf");
        let name = name.replace('"', "%22");
        let head = format!(
            "--xX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--xX\r\nContent-Disposition: form-data; \
             name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--xX--\r\n"].concat();
        self.submit(path, "multipart/form-data; boundary=xX", Body::from(body))
    }

    /// Sends a form that could have files: its fields, and a file where there is one.
    pub fn upload_with(
        &self,
        from: &str,
        path: &str,
        fields: &[(&str, &str)],
        file: Option<(&str, &str, &[u8])>,
    ) -> Answer {
        let csrf = self.get(from).hidden("csrf");
        let mut body = Vec::new();
        for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            let part = format!(
                "--xX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.into_bytes());
        }
        if let Some((field, name, content)) = file {
            let head = format!(
                "--xX\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--xX--\r\n");
        self.submit(path, "multipart/form-data; boundary=xX", Body::from(body))
    }

    fn submit(&self, path: &str, kind: &str, body: Body) -> Answer {
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, kind)
            .header("sec-fetch-site", "same-origin");
        self.ground.ask(request, body)
    }
}
