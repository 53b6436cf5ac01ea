//! Pictures from elsewhere: nobody is asked before somebody wants them, and then the house asks, once.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use kept_testing::on_both;

use crate::desk::Desk;

/// A machine that has pictures, and things that are none; what it was asked for.
fn machine() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let elsewhere = at.clone();
    std::thread::spawn(move || {
        for line in listener.incoming() {
            let mut line = line.unwrap();
            let mut bytes = [0; 4096];
            let read = line.read(&mut bytes).unwrap();
            let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
            let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
            seen.lock().unwrap().push(text);
            let (head, body): (String, Vec<u8>) = match path.as_str() {
                "/good.png?who=ruth&x=1" => ("200 OK".into(), b"\x89PNG\r\n\x1a\nmore".to_vec()),
                "/moved.png" => (
                    format!("302 Found\r\nLocation: {elsewhere}/good.png?who=ruth&x=1"),
                    Vec::new(),
                ),
                "/large.png" => (
                    "200 OK".into(),
                    [&b"\x89PNG\r\n\x1a\n"[..], &vec![0; 4 << 20]].concat(),
                ),
                _ => (
                    "200 OK\r\nContent-Type: image/png".into(),
                    b"<svg onload=alert(1)>".to_vec(),
                ),
            };
            let head = format!(
                "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = line.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    (at, asked)
}

on_both! {
    fn pictures_are_fetched_by_the_house_when_somebody_asks_and_kept(home) {
        let desk = Desk::new(home);
        let (at, asked) = machine();
        let html = ["/good.png?who=ruth&amp;x=1", "/moved.png", "/large.png", "/script.svg", "/good.png?who=ruth&amp;x=1"]
            .map(|path| format!("<img src=\"{at}{path}\">"))
            .join("");
        desk.ruth("Subject: Look\nContent-Type: text/html", &html);
        let maya = desk.browser("maya");
        let id = desk.last_message();
        let page = maya.get(&format!("/messages/{id}"));
        let frame = maya.get(&format!("/messages/{id}/html"));
        assert!(page.has("Load its pictures") && frame.has("5 pictures from elsewhere were left out"), "{}", frame.text);
        assert!(asked.lock().unwrap().is_empty(), "nobody has asked for them");
        let shown = maya.get(&format!("/messages/{id}/html?pictures=all"));
        assert_eq!(shown.text.matches("<img src=\"data:image/png;base64,iVBORw0KGgptb3Jl\"").count(), 2, "{}", shown.text);
        assert!(!shown.has("127.0.0.1") && shown.has("3 pictures from elsewhere were left out"), "{}", shown.text);
        let policy = shown.header("content-security-policy");
        assert!(policy.contains("img-src data:;"), "{policy}");
        let asked_for = asked.lock().unwrap().clone();
        assert_eq!(asked_for.len(), 4, "each once, and none behind a redirect");
        for one in &asked_for {
            let one = one.to_lowercase();
            assert!(!one.contains("cookie") && !one.contains("referer") && !one.contains("maya"), "{one}");
        }
        // They are here now, and what was none is not asked for again.
        let again = maya.get(&format!("/messages/{id}/html?pictures=all"));
        assert_eq!(again.text, shown.text);
        assert_eq!(asked.lock().unwrap().len(), 4);
    }
}
