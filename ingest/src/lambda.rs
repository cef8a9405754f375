//! API Gateway's HTTP API (payload format 2.0) in front of the handler.
//!
//! Events and answers are read and written by the small types here rather than
//! by `lambda_http`'s: those build a URL of the path, the query and the `Host`
//! header, and panic where a client sends what makes none.

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use bytes::Bytes;
use chrono::Utc;
use lambda_http::{Context, Error, LambdaEvent, lambda_runtime, service_fn};
use serde::{Deserialize, Serialize};

use crate::{
    clock::Clock,
    handler::Ingest,
    request::{Method, Request},
    response::Response,
    store::RawStore,
    telemetry::Measured,
};

/// Answers invocations until the runtime ends.
pub async fn run<S: RawStore, C: Clock>(ingest: &Ingest<S, C>) -> Result<(), Error> {
    lambda_runtime::run(service_fn(async |event: LambdaEvent<HttpApiEvent>| {
        let LambdaEvent { payload, context } = event;
        Ok::<_, Error>(answer(ingest, payload, &context).await)
    }))
    .await
}

/// Answers one invocation, and reports it.
pub async fn answer<S: RawStore, C: Clock>(
    ingest: &Ingest<S, C>,
    event: HttpApiEvent,
    context: &Context,
) -> HttpApiAnswer {
    let started = Instant::now();
    let request = event.into_request(context.xray_trace_id.as_deref());
    let request_id = request.request_id.clone();
    let response = ingest.handle(request).await;
    let measured = Measured {
        function: &context.env_config.function_name,
        request_id: request_id.as_deref(),
        at: Utc::now(),
        latency: started.elapsed(),
        response: &response,
    };
    measured.report();
    response.into()
}

/// What API Gateway hands over, as far as ingest looks at it. Nothing is
/// required: what is not there makes a request that is refused, not a failure.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpApiEvent {
    raw_path: String,
    route_key: Option<String>,
    headers: Option<HashMap<String, String>>,
    request_context: RequestContext,
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RequestContext {
    api_id: Option<String>,
    request_id: Option<String>,
    stage: Option<String>,
    http: Http,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Http {
    method: String,
    source_ip: Option<String>,
    user_agent: Option<String>,
}

impl HttpApiEvent {
    /// The request behind the event; `trace` is the invocation's, for an event
    /// without the header.
    #[must_use]
    pub fn into_request(self, trace: Option<&str>) -> Request {
        let http = self.request_context.http;
        let mut headers = self.headers.unwrap_or_default();
        Request {
            method: Method::from(http.method.as_str()),
            path: self.raw_path,
            route: self.route_key,
            content_type: take(&mut headers, "content-type"),
            content_encoding: take(&mut headers, "content-encoding"),
            origin: take(&mut headers, "origin"),
            asked_headers: take(&mut headers, "access-control-request-headers"),
            trace_id: take(&mut headers, "x-amzn-trace-id").or_else(|| trace.map(str::to_owned)),
            body: self
                .body
                .map_or_else(Bytes::new, |body| decoded(body, self.is_base64_encoded)),
            source_ip: http.source_ip,
            edge_key: take(&mut headers, "x-edge-key"),
            viewer_address: take(&mut headers, "cloudfront-viewer-address"),
            user_agent: http.user_agent,
            request_id: self.request_context.request_id,
            api_id: self.request_context.api_id,
            stage: self.request_context.stage,
        }
    }
}

/// API Gateway gives header names in lower case; others that speak the format do not.
fn take(headers: &mut HashMap<String, String>, name: &str) -> Option<String> {
    headers.remove(name).or_else(|| {
        let found = headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    })
}

/// A body that claims to be base64 and is not is passed on as it came: it is
/// the handler that says what is wrong with a body.
fn decoded(body: String, is_base64: bool) -> Bytes {
    if is_base64 && let Ok(bytes) = aws_smithy_types::base64::decode(&body) {
        return bytes.into();
    }
    body.into()
}

/// What API Gateway is handed back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpApiAnswer {
    status_code: u16,
    headers: BTreeMap<&'static str, String>,
    body: String,
    is_base64_encoded: bool,
}

impl From<Response> for HttpApiAnswer {
    fn from(response: Response) -> Self {
        Self {
            status_code: response.status,
            headers: response.headers.into_iter().collect(),
            body: response.body,
            is_base64_encoded: false,
        }
    }
}
