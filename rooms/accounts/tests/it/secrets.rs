//! Secrets: only their hashes are stored, each is used once, and programs are told why they are not let in.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use axum::{Extension, Router};
use http_body_util::BodyExt;
use kept_accounts::access::Action;
use kept_accounts::commands::{ResetPasswordError, ask_for_reset, reset_password};
use kept_accounts::{SignedIn, Token, TokenRefused};
use kept_store::statements;
use kept_testing::{Kept as _, on_both};
use kept_vault::{PasswordCost, Passwords};
use tower::ServiceExt;

use crate::desk::{Desk, MAYA, OTHER_PASSWORD, PASSWORD};

statements! {
    STORED = "SELECT token FROM sessions UNION ALL SELECT token FROM known_browsers
              UNION ALL SELECT token FROM links UNION ALL SELECT token FROM api_tokens";
    STORED_PASSWORD = "SELECT password FROM people WHERE folded_email = $1";
}

async fn ask(desk: &Desk, token: &str) -> (StatusCode, String, serde_json::Value) {
    async fn clients(token: Token) -> Result<String, TokenRefused> {
        token.require(Action::ReadClients)?;
        Ok("\"clients\"".to_owned())
    }
    let routes = Router::new()
        .route("/api/v1/clients", get(clients))
        .layer(Extension(desk.accounts.clone()));
    let request = Request::get("/api/v1/clients").header(header::AUTHORIZATION, token);
    let response = routes
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let status = response.status();
    let challenge = response
        .headers()
        .get(header::WWW_AUTHENTICATE)
        .map_or(String::new(), |value| value.to_str().unwrap().to_owned());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, challenge, serde_json::from_slice(&body).unwrap())
}

on_both! {
    fn of_sessions_links_and_tokens_only_hashes_are_stored(home) {
        let desk = Desk::staffed(home);
        let SignedIn::Session { token, browser, .. } = desk.sign_in(MAYA, PASSWORD).unwrap() else {
            panic!("no session")
        };
        desk.browser().post("/forgotten", "/forgotten", &[("email", MAYA)]);
        let link = desk.mails.lock().unwrap()[0].1.split_once("token=").unwrap().1.to_owned();
        let (_, written) = desk.accounts.create_token("Import", vec![Action::ImportHistory], None).unwrap();
        let stored: Vec<(Vec<u8>,)> = desk.store.read(|read| read.all::<(Vec<u8>,)>(STORED, &[])).kept();
        let stored: Vec<_> = stored.into_iter().map(|(bytes,)| bytes).collect();
        let secrets = [token.text(), browser.text(), &link, written.strip_prefix("kept_").unwrap()];
        assert_eq!(stored.len(), secrets.len());
        for secret in secrets {
            let hash = kept_vault::Token::parse(secret).unwrap().hash();
            assert!(stored.contains(&hash.bytes().to_vec()));
            assert!(!stored.contains(&secret.as_bytes().to_vec()));
        }
        let (hash,): (String,) = desk
            .store
            .read(|read| read.one::<(String,)>(STORED_PASSWORD, &kept_store::params![MAYA]))
            .kept();
        assert!(hash.starts_with("$argon2id$"));
    }

    fn of_many_who_use_one_link_at_the_same_moment_one_succeeds(home) {
        let desk = Desk::staffed(home);
        let secret = kept_vault::Token::new(&mut |bytes: &mut [u8]| bytes.fill(8)).unwrap().hash();
        let act = desk.act();
        desk.store.write(move |tx| ask_for_reset(tx, &act, MAYA, None, secret)).kept().unwrap();
        let mut salt = |bytes: &mut [u8]| bytes.fill(3);
        let passwords = Passwords::new(PasswordCost::FOR_TESTS, &mut salt).unwrap();
        let hash = passwords.hash(OTHER_PASSWORD, &mut salt).unwrap();
        let tries: Vec<_> = (0..16)
            .map(|_| {
                let (act, hash) = (desk.act(), hash.clone());
                desk.store.write(move |tx| reset_password(tx, &act, secret, &hash))
            })
            .collect();
        let results: Vec<_> = tries.into_iter().map(kept_store::Answer::wait).collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(ResetPasswordError::LinkGone))));
    }

    fn a_program_is_told_why_it_is_not_let_in(home) {
        let desk = Desk::staffed(home);
        let (_, good) = desk.accounts.create_token("Reader", vec![Action::ReadClients], None).unwrap();
        let (_, other) = desk.accounts.create_token("Import", vec![Action::ImportHistory], None).unwrap();
        desk.run(async {
            let (status, _, body) = ask(&desk, &format!("Bearer {good}")).await;
            assert_eq!((status, body), (StatusCode::OK, "clients".into()));
            let (status, challenge, body) = ask(&desk, &format!("bearer {other}")).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
            assert!(challenge.contains("insufficient_scope"));
            assert!(body["detail"].as_str().unwrap().contains("read-clients"));
            for wrong in ["Bearer kept_x", "Bearer", "", "Basic aGVsZW46eA==", &good] {
                let (status, challenge, body) = ask(&desk, wrong).await;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong}");
                assert!(challenge.starts_with("Bearer realm=\"kept\""));
                assert_eq!(body["status"], 401);
            }
        });
    }

    fn a_password_that_is_easy_to_guess_is_refused_at_the_command_line_too(home) {
        let desk = Desk::empty(home);
        let refused = desk.accounts.add_person(("Maya", MAYA), Vec::new(), "maya");
        assert!(refused.unwrap_err().to_string().contains("at least 12 characters"));
        assert!(desk.find(MAYA).is_none());
    }
}
