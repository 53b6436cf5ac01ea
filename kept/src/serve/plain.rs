//! U+0000 is no letter that anybody types, and no database of ours takes it. Forms and the bodies of programs are looked at where
//! they are read; here it is taken out of what follows the question mark, for all routes at once.

use axum::extract::Request;
use axum::http::Uri;

/// What stands for a letter that cannot be shown (U+FFFD), as an address writes it.
const UNKNOWN: &str = "%EF%BF%BD";

/// The request with a query that any database can be asked for.
pub async fn plain_query(mut request: Request) -> Request {
    let asked = request.uri().path_and_query();
    let query = asked.and_then(|asked| asked.query());
    if let Some(query) = query.filter(|query| query.contains("%00")) {
        let query = query.replace("%00", UNKNOWN);
        let plain = format!("{}?{query}", request.uri().path());
        if let Ok(uri) = plain.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}
