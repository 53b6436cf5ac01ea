//! Reading and writing the few cookies that pages need.

use axum::http::{HeaderMap, HeaderValue, header};

/// How a cookie is kept.
#[derive(Clone, Copy, Debug)]
pub struct Jar {
    /// Over HTTPS the names carry `__Host-`, so that no neighbouring host can set them.
    pub https: bool,
}

impl Jar {
    /// The value of our cookie of that name.
    pub fn read<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let wanted = self.name(name);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == wanted).then_some(value))
    }

    /// A cookie for the server alone; nought seconds take it away.
    pub fn write(self, name: &str, value: &str, seconds: Option<u32>) -> Option<HeaderValue> {
        let secure = if self.https { "; Secure" } else { "" };
        let age = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
        let name = self.name(name);
        HeaderValue::from_str(&format!(
            "{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"
        ))
        .ok()
    }

    fn name(self, name: &str) -> String {
        if self.https {
            format!("__Host-{name}")
        } else {
            name.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_cookie_is_bound_to_the_host() {
        let jar = Jar { https: true };
        let written = jar.write("kept-visit", "ab", None).unwrap();
        assert_eq!(
            written,
            "__Host-kept-visit=ab; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        let headers = HeaderMap::from_iter([(
            header::COOKIE,
            HeaderValue::from_static("kept-visit=forged; __Host-kept-visit=ab"),
        )]);
        assert_eq!(jar.read(&headers, "kept-visit"), Some("ab"));
    }
}
