//! What the handler knows of an HTTP request.

use bytes::Bytes;

/// A request, as far as ingest looks at it. Whoever faces HTTP fills it in.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// The path, percent-encoded as received, without the query; it may start with the stage, or
    /// with what a custom domain maps to the API.
    pub path: String,
    /// The route that the API matched, as `POST /clickstream` or `$default`; none where there are
    /// no routes.
    pub route: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `Content-Encoding` header.
    pub content_encoding: Option<String>,
    /// The `Origin` header.
    pub origin: Option<String>,
    /// The `Access-Control-Request-Headers` header: what a page wants to send.
    pub asked_headers: Option<String>,
    /// The body, decoded if it travelled as base64, but packed as `content_encoding` says.
    pub body: Bytes,
    /// The address of the peer, as the gateway saw it; never a header that a client can forge.
    pub source_ip: Option<String>,
    /// The `X-Edge-Key` header, by which `CloudFront` is known.
    pub edge_key: Option<String>,
    /// The `CloudFront-Viewer-Address` header: believed only with the right key.
    pub viewer_address: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The gateway's id of this request.
    pub request_id: Option<String>,
    /// The id of the API that was called.
    pub api_id: Option<String>,
    /// The API's stage: `$default`, or a name that the path may start with.
    pub stage: Option<String>,
    /// The X-Ray trace.
    pub trace_id: Option<String>,
}

impl Request {
    /// The path that events are sent to.
    pub const PATH: &str = "/clickstream";

    /// A JSON body posted to [`Request::PATH`], and nothing else known.
    #[must_use]
    pub fn post(body: impl Into<Bytes>) -> Self {
        Self {
            path: Self::PATH.to_owned(),
            content_type: Some("application/json".to_owned()),
            body: body.into(),
            ..Self::default()
        }
    }

    /// Whether the request is for us. The route that the API matched decides, whatever a custom
    /// domain's mapping puts before the path.
    pub(crate) fn is_for_events(&self) -> bool {
        let route = self.route.as_deref().map(route_path);
        match route {
            None => self.is_path_for_events(),
            Some(Some(path)) => ends_with_ours(path),
            // `$default` and `/{proxy+}` take any path, and the mapping is part of it.
            Some(None) => ends_with_ours(&self.path),
        }
    }

    /// Whether the path is ours: with or without the stage in front, one
    /// trailing slash forgiven.
    fn is_path_for_events(&self) -> bool {
        let path = self.path.strip_suffix('/').unwrap_or(&self.path);
        if path == Self::PATH {
            return true;
        }
        // API Gateway puts the stage in front of the path, unless it is `$default`.
        self.stage
            .as_deref()
            .filter(|stage| !stage.is_empty())
            .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
            == Some(Self::PATH)
    }

    /// How the body is packed.
    pub(crate) fn encoding(&self) -> Encoding {
        let declared = self.content_encoding.as_deref().unwrap_or_default();
        let mut codings = declared
            .split(',')
            .map(str::trim)
            .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"));
        match (codings.next(), codings.next()) {
            (None, _) => Encoding::Identity,
            (Some(coding), None)
                if ["gzip", "x-gzip"]
                    .iter()
                    .any(|known| coding.eq_ignore_ascii_case(known)) =>
            {
                Encoding::Gzip
            }
            _ => Encoding::Unknown,
        }
    }

    /// Whether the body is declared as JSON, or as the plain text that
    /// `navigator.sendBeacon` sends. Parameters (a charset) are not looked at:
    /// the body must be UTF-8 whatever they say.
    pub(crate) fn is_json(&self) -> bool {
        let declared = self.content_type.as_deref().unwrap_or_default();
        let essence = declared.split(';').next().unwrap_or_default().trim();
        ["application/json", "text/plain"]
            .iter()
            .any(|known| essence.eq_ignore_ascii_case(known))
    }
}

/// The path of a route, unless that has a variable part.
fn route_path(route: &str) -> Option<&str> {
    let (_method, path) = route.split_once(' ')?;
    (!path.contains('{')).then_some(path)
}

/// Whether a path ends with ours, one trailing slash forgiven.
fn ends_with_ours(path: &str) -> bool {
    path.strip_suffix('/')
        .unwrap_or(path)
        .ends_with(Request::PATH)
}

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    /// In a way that ingest cannot undo.
    Unknown,
}

/// A request's method, as far as ingest tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Events are sent.
    #[default]
    Post,
    /// A browser asks whether it may send them.
    Options,
    /// Any other, which is refused.
    Other,
}

impl From<&str> for Method {
    fn from(name: &str) -> Self {
        match name {
            "POST" => Self::Post,
            "OPTIONS" => Self::Options,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("/clickstream", "$default", true)]
    #[case::trailing_slash("/clickstream/", "$default", true)]
    #[case::stage("/prod/clickstream", "prod", true)]
    #[case::stage_and_slash("/prod/clickstream/", "prod", true)]
    #[case::stage_not_in_path("/clickstream", "prod", true)]
    #[case::two_slashes("/clickstream//", "$default", false)]
    #[case::another_stage("/test/clickstream", "prod", false)]
    #[case::stage_without_slash("prod/clickstream", "prod", false)]
    #[case::stage_glued("/prodclickstream", "prod", false)]
    #[case::longer("/clickstream/x", "$default", false)]
    #[case::prefix("/clickstreams", "$default", false)]
    #[case::case_matters("/ClickStream", "$default", false)]
    #[case::root("/", "$default", false)]
    #[case::empty("", "", false)]
    #[case::empty_stage("//clickstream", "", false)]
    fn the_path_is_ours(#[case] path: &str, #[case] stage: &str, #[case] ours: bool) {
        let request = Request {
            path: path.to_owned(),
            stage: Some(stage.to_owned()),
            ..Request::default()
        };
        assert_eq!(request.is_for_events(), ours);
    }

    #[rstest]
    #[case::plain("POST /clickstream", "/clickstream", true)]
    #[case::mapped("POST /clickstream", "/v1/clickstream", true)]
    #[case::mapped_deep("POST /clickstream", "/shop/v1/clickstream/", true)]
    #[case::mapped_and_nothing_alike("OPTIONS /clickstream", "/v1", true)]
    #[case::any_method("ANY /clickstream", "/v1/clickstream", true)]
    #[case::route_with_a_prefix("POST /v1/clickstream", "/v1/clickstream", true)]
    #[case::route_with_a_slash("POST /clickstream/", "/clickstream/", true)]
    #[case::another_route("POST /elsewhere", "/clickstream", false)]
    #[case::a_longer_route("POST /clickstream/x", "/clickstream", false)]
    #[case::a_route_glued("POST /xclickstream", "/clickstream", false)]
    #[case::default("$default", "/clickstream", true)]
    #[case::default_mapped("$default", "/v1/clickstream/", true)]
    #[case::default_elsewhere("$default", "/v1/elsewhere", false)]
    #[case::default_glued("$default", "/v1clickstream", false)]
    #[case::proxy("ANY /{proxy+}", "/v1/clickstream", true)]
    #[case::proxy_behind_a_prefix("POST /v1/{proxy+}", "/v1/clickstream", true)]
    #[case::proxy_elsewhere("ANY /{proxy+}", "/v1", false)]
    fn the_matched_route_decides(#[case] route: &str, #[case] path: &str, #[case] ours: bool) {
        let request = Request {
            path: path.to_owned(),
            route: Some(route.to_owned()),
            stage: Some("$default".to_owned()),
            ..Request::default()
        };
        assert_eq!(request.is_for_events(), ours);
    }

    #[rstest]
    #[case::none(None, Encoding::Identity)]
    #[case::empty(Some(" "), Encoding::Identity)]
    #[case::identity(Some("identity"), Encoding::Identity)]
    #[case::gzip(Some("gzip"), Encoding::Gzip)]
    #[case::upper_case(Some(" GZIP "), Encoding::Gzip)]
    #[case::old_name(Some("x-gzip"), Encoding::Gzip)]
    #[case::with_identity(Some("identity, gzip"), Encoding::Gzip)]
    #[case::twice(Some("gzip, gzip"), Encoding::Unknown)]
    #[case::deflate(Some("deflate"), Encoding::Unknown)]
    #[case::brotli(Some("br"), Encoding::Unknown)]
    #[case::zstd(Some("zstd"), Encoding::Unknown)]
    #[case::compress(Some("compress"), Encoding::Unknown)]
    #[case::chunked(Some("aws-chunked"), Encoding::Unknown)]
    #[case::made_up(Some("gzip;q=1"), Encoding::Unknown)]
    fn the_encoding_is_told(#[case] declared: Option<&str>, #[case] encoding: Encoding) {
        let request = Request {
            content_encoding: declared.map(str::to_owned),
            ..Request::default()
        };
        assert_eq!(request.encoding(), encoding);
    }

    #[rstest]
    #[case::json(Some("application/json"), true)]
    #[case::charset(Some("application/json; charset=utf-8"), true)]
    #[case::beacon(Some("text/plain;charset=UTF-8"), true)]
    #[case::case_is_free(Some("Application/JSON"), true)]
    #[case::spaces(Some(" text/plain ; charset=utf-8"), true)]
    #[case::form(Some("application/x-www-form-urlencoded"), false)]
    #[case::two_at_once(Some("application/json, text/plain"), false)]
    #[case::longer(Some("application/json5"), false)]
    #[case::empty(Some(""), false)]
    #[case::none(None, false)]
    fn the_content_type_is_json(#[case] declared: Option<&str>, #[case] json: bool) {
        let request = Request {
            content_type: declared.map(str::to_owned),
            ..Request::default()
        };
        assert_eq!(request.is_json(), json);
    }

    #[rstest]
    #[case("POST", Method::Post)]
    #[case("OPTIONS", Method::Options)]
    #[case("post", Method::Other)]
    #[case("GET", Method::Other)]
    #[case("", Method::Other)]
    fn methods(#[case] name: &str, #[case] method: Method) {
        assert_eq!(Method::from(name), method);
    }
}
