//! The pages of the samples through the whole stack: headers, frames, forms, failures, escaping.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks the desk with stands beside the tests; a panic is a failure"
)]

#[path = "../samples/mod.rs"]
mod samples;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use tower::ServiceExt;

fn desk(signed_in: bool) -> Router {
    let live = samples::live();
    let ui = samples::ui(&live);
    samples::app(&ui, &live, signed_in)
}

async fn ask(desk: &Router, request: Request<Body>) -> Response {
    desk.clone().oneshot(request).await.unwrap()
}

async fn get(desk: &Router, path: &str) -> Response {
    let request = Request::get(path)
        .header("accept", "text/html")
        .body(Body::empty());
    ask(desk, request.unwrap()).await
}

async fn text(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What stands between two words of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before)
        .unwrap()
        .1
        .split_once(after)
        .unwrap()
        .0
}

async fn token(desk: &Router) -> String {
    let page = text(get(desk, "/gallery/form").await).await;
    between(&page, "name=\"csrf\" value=\"", "\"").to_owned()
}

fn sent(path: &str, body: String) -> Request<Body> {
    Request::post(path)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap()
}

const CALL: &str = "subject=Invoice&client=aalto&channel=phone&minutes=5&text=";

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let desk = desk(true);
    for path in [
        "/gallery",
        "/assets/none.css",
        "/nowhere",
        "/gallery/failure/internal",
        "/gallery/failure/panic",
        "/favicon.ico",
        "/palette?q=a",
    ] {
        let response = get(&desk, path).await;
        let said = |name: &str| {
            response
                .headers()
                .get(name)
                .unwrap_or_else(|| panic!("{path}: no {name}"))
                .to_str()
                .unwrap()
                .to_owned()
        };
        let policy = said("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'nonce-"),
            "{path}: {policy}"
        );
        for forbidden in ["unsafe-inline", "unsafe-eval", " *", "http:"] {
            assert!(!policy.contains(forbidden), "{path}: {policy}");
        }
        assert_eq!(said("x-content-type-options"), "nosniff");
        assert_eq!(said("referrer-policy"), "same-origin");
        assert_eq!(said("cross-origin-opener-policy"), "same-origin");
        assert_eq!(said("cross-origin-resource-policy"), "same-origin");
        said("permissions-policy");
        assert!(response.headers().get("server").is_none());
    }
}

#[tokio::test]
async fn a_page_has_the_nonce_of_its_own_answer_and_no_inline_script_or_style() {
    let desk = desk(true);
    let response = get(&desk, "/gallery").await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let nonce = between(&policy, "'nonce-", "'").to_owned();
    let page = text(response).await;
    assert_eq!(
        page.matches(&format!("nonce=\"{nonce}\"")).count(),
        2,
        "script and meta"
    );
    assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick="));
    assert_eq!(page.matches("<script").count(), 1);
    let again = get(&desk, "/gallery").await;
    assert!(
        !again.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains(&nonce)
    );
}

#[tokio::test]
async fn assets_are_kept_for_good_and_come_compressed() {
    let desk = desk(false);
    for asset in kept_ui::ASSETS {
        let request = Request::get(asset.path)
            .header("accept-encoding", "gzip, br")
            .body(Body::empty())
            .unwrap();
        let response = ask(&desk, request).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", asset.path);
        assert_eq!(response.headers()[header::CONTENT_TYPE], asset.kind);
        assert!(
            response.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        assert_eq!(
            response.headers().get(header::CONTENT_ENCODING).is_some(),
            asset.brotli.is_some()
        );
        assert!(response.headers().get(header::SET_COOKIE).is_none());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes.len(), asset.weight());
    }
}

#[tokio::test]
async fn the_first_page_with_all_it_needs_weighs_less_than_100_kb() {
    let page = text(get(&desk(true), "/gallery").await).await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    std::io::Write::write_all(&mut packed, page.as_bytes()).unwrap();
    let page = packed.finish().unwrap().len();
    let needed = kept_ui::ASSETS.iter().filter(|asset| {
        ![
            "-ext-",
            "licences",
            "document-",
            "filling-",
            "writing-",
            "signing-",
        ]
        .iter()
        .any(|later| asset.path.contains(later))
    });
    let assets: usize = needed.map(kept_ui::Asset::weight).sum();
    assert!(
        page < 10_000 && page + assets < 100_000,
        "page {page}, assets {assets}"
    );
}

#[tokio::test]
async fn a_form_without_its_token_or_from_elsewhere_is_refused() {
    let desk = desk(true);
    let token = token(&desk).await;
    let elsewhere = |name: &'static str, value: &'static str| {
        let mut request = sent("/gallery/form", format!("csrf={token}&{CALL}"));
        request.headers_mut().remove("sec-fetch-site");
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    let mut refused = vec![
        sent("/gallery/form", CALL.to_owned()),
        sent("/gallery/form", format!("csrf={}&{CALL}", "0".repeat(96))),
        sent("/gallery/undo", String::new()),
        elsewhere("sec-fetch-site", "cross-site"),
        elsewhere("origin", "https://evil.example"),
        Request::delete("/gallery").body(Body::empty()).unwrap(),
        Request::post("/gallery/undo")
            .header("content-type", "text/plain")
            .body(Body::from(format!("csrf={token}")))
            .unwrap(),
    ];
    for request in refused.drain(..) {
        let told = format!("{} {:?}", request.uri(), request.headers());
        assert_eq!(
            ask(&desk, request).await.status(),
            StatusCode::FORBIDDEN,
            "{told}"
        );
    }
    let fine = ask(&desk, sent("/gallery/form", format!("csrf={token}&{CALL}"))).await;
    assert_eq!(fine.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_of_one_visitor_is_worth_nothing_for_another() {
    let desk = desk(false);
    let first = get(&desk, "/gallery/form").await;
    let cookie = first.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let page = text(first).await;
    let token = between(&page, "name=\"csrf\" value=\"", "\"").to_owned();
    let send = |cookie: &str| {
        let mut request = sent("/gallery/form", format!("csrf={token}&{CALL}"));
        request
            .headers_mut()
            .insert(header::COOKIE, cookie.parse().unwrap());
        request
    };
    assert_eq!(
        ask(&desk, send(&cookie)).await.status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        ask(&desk, send("kept-visit=00")).await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_form_with_files_shows_its_token_in_its_first_part() {
    let desk = desk(true);
    let token = token(&desk).await;
    let send = |first: &str| {
        let part = |name: &str, value: &str| {
            format!("--x1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = [
            part(first, &token),
            part("file", &"a".repeat(20_000)),
            "--x1--\r\n".to_owned(),
        ]
        .concat();
        Request::post("/gallery/undo")
            .header("content-type", "multipart/form-data; boundary=x1")
            .body(Body::from(body))
            .unwrap()
    };
    assert_eq!(
        ask(&desk, send("csrf")).await.status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        ask(&desk, send("other")).await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_form_that_needs_another_look_comes_back_with_all_its_values() {
    let desk = desk(true);
    let token = token(&desk).await;
    let body = format!(
        "csrf={token}&subject=%3Cb%3EInvoice&client=brennan&channel=mail&minutes=soon&tiers=Gold&urgent=on&text=It+is%0D%0Alate"
    );
    let response = ask(&desk, sent("/gallery/form", body)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(response).await;
    for kept in [
        "value=\"&#60;b&#62;Invoice\"",
        "value=\"brennan\" selected",
        "value=\"mail\" checked",
        "value=\"Gold\" checked",
        "name=\"urgent\" value=\"on\" checked",
        "value=\"soon\"",
        "late</textarea>",
    ] {
        assert!(page.contains(kept), "{kept}");
    }
    assert!(
        page.contains("“soon” is not a whole number from 0.")
            && page
                .contains("aria-describedby=\"minutes-hint minutes-error\" aria-invalid=\"true\"")
    );
    assert!(
        page.contains("The call is not logged yet.")
            && page.contains("One value needs another look")
    );
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused_before_it_is_read() {
    let desk = desk(true);
    let response = ask(
        &desk,
        sent("/gallery/form", format!("subject={}", "a".repeat(2 << 20))),
    )
    .await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(response).await.contains("Nothing was saved"));
}

#[tokio::test]
async fn what_was_done_is_said_once_with_the_way_to_undo_it() {
    let desk = desk(true);
    let token = token(&desk).await;
    let done = ask(&desk, sent("/gallery/form", format!("csrf={token}&{CALL}"))).await;
    assert_eq!(done.headers()[header::LOCATION], "/gallery");
    let cookie = done.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let request = Request::get("/gallery")
        .header("cookie", cookie.split(';').next().unwrap())
        .body(Body::empty())
        .unwrap();
    let shown = ask(&desk, request).await;
    assert!(
        shown.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    let page = text(shown).await;
    assert!(
        page.contains("The call with aalto is logged: Invoice, 5 m.")
            && page.contains("action=\"/gallery/undo\"")
    );
}

#[tokio::test]
async fn failures_say_what_happened_and_how_to_go_on() {
    let desk = desk(true);
    for (path, status, said) in [
        ("/gallery/failure/missing", 404, "There is no request 24170"),
        ("/gallery/failure/forbidden", 403, "account team"),
        (
            "/gallery/failure/conflict",
            409,
            "go back, and it is still there",
        ),
        ("/gallery/failure/large", 413, "At most 1 MB"),
        ("/gallery/failure/many", 429, "Wait 30 seconds"),
        (
            "/gallery/failure/busy",
            503,
            "wait 5 seconds and send it again",
        ),
        ("/gallery/failure/internal", 500, "tell us this number"),
        ("/gallery/failure/panic", 500, "tell us this number"),
        ("/nowhere/<b>", 404, "There is no such page"),
    ] {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        let response = get(&desk, &path).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(
            response.headers().contains_key("retry-after"),
            matches!(status, 429 | 503),
            "{path}"
        );
        let page = text(response).await;
        assert!(
            page.contains(said) && page.contains("class=\"rail\"") && page.contains("</html>"),
            "{path}: {page}"
        );
        assert!(
            !page.contains("secret details") && !page.contains("sample panics"),
            "{path}"
        );
    }
    let wrong_method = ask(
        &desk,
        Request::get("/gallery/undo")
            .header("accept", "text/html")
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    assert_eq!(wrong_method.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong_method.headers()[header::ALLOW], "POST");
}

#[tokio::test]
async fn a_visitor_sees_a_failure_without_the_rail() {
    let page = text(get(&desk(false), "/gallery/failure/missing").await).await;
    assert!(page.contains("There is no request 24170") && !page.contains("class=\"rail\""));
}

#[tokio::test]
async fn a_stream_is_opened_for_those_who_may_and_begins_with_where_the_hub_is() {
    let response = get(&desk(true), "/live?topics=count&since=0-0").await;
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "text/event-stream"
    );
    let frame = response
        .into_body()
        .frame()
        .await
        .unwrap()
        .unwrap()
        .into_data()
        .unwrap();
    let said = String::from_utf8(frame.to_vec()).unwrap();
    assert!(
        said.contains("event: changed") && said.contains("id: 1-0") && said.contains("\"count\""),
        "{said}"
    );
    assert_eq!(
        get(&desk(false), "/live?topics=count").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn every_page_of_the_samples_is_whole() {
    for signed_in in [true, false] {
        let desk = desk(signed_in);
        for path in [
            "/gallery",
            "/gallery/form",
            "/gallery/live",
            "/gallery/plain",
            "/search",
        ] {
            let page = text(get(&desk, path).await).await;
            assert!(
                page.starts_with("<!doctype html>") && page.ends_with("</html>"),
                "{path}"
            );
            assert_eq!(page.matches("<h1").count(), 1, "{path}");
            assert_eq!(page.matches("id=\"main\"").count(), 1, "{path}");
        }
    }
}

#[tokio::test]
async fn the_look_that_a_person_chose_is_drawn_at_once() {
    let desk = desk(true);
    let request = Request::get("/gallery")
        .header("cookie", "kept-theme=dark; kept-rail=folded")
        .body(Body::empty())
        .unwrap();
    let page = text(ask(&desk, request).await).await;
    assert!(page.contains("data-theme=\"dark\"") && page.contains("class=\"frame is-folded\""));
    let request = Request::get("/gallery")
        .header("cookie", "kept-theme=\"><script>")
        .body(Body::empty())
        .unwrap();
    assert!(!text(ask(&desk, request).await).await.contains("data-theme"));
}
