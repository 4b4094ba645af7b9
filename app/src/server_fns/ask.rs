//! How a screen calls a server function.
//!
//! Leptos makes a client of its own for each server function, with sending, decoding and errors compiled anew each time. Here all of
//! that is there once, and a call costs the browser only the reading of its own answer.

use crate::domain::problem::Problem;
use leptos::server_fn::{ServerFn, ServerFnError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::pin::Pin;

/// What comes of a call.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// Calls a server function with its arguments; on the server, at once.
pub fn ask<A, T>(arguments: A) -> Answer<T>
where
    A: ServerFn<Output = Result<T, Problem>, Error = ServerFnError> + Serialize + 'static,
    T: DeserializeOwned + 'static,
{
    #[cfg(feature = "ssr")]
    return Box::pin(async move { crate::error::flat(arguments.run_body().await) });
    #[cfg(not(feature = "ssr"))]
    return browser::ask(arguments);
}

/// The same, unread: for pages that read it with code of their own.
pub fn ask_value<A, T>(arguments: A) -> Answer<Value>
where
    A: ServerFn<Output = Result<T, Problem>, Error = ServerFnError> + Serialize + 'static,
    T: Serialize + 'static,
{
    #[cfg(feature = "ssr")]
    return Box::pin(async move {
        let told = crate::error::flat(arguments.run_body().await)?;
        serde_json::to_value(told).map_err(|_| crate::error::unreachable())
    });
    #[cfg(not(feature = "ssr"))]
    return browser::ask_value(arguments);
}

#[cfg(not(feature = "ssr"))]
mod browser {
    use super::Answer;
    use crate::domain::problem::Problem;
    use crate::error::unreachable;
    use crate::wire::json;
    use leptos::server_fn::client::{Client, browser::BrowserClient};
    use leptos::server_fn::codec::{IntoReq, PostUrl};
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;
    use leptos::server_fn::{ServerFn, ServerFnError};
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::Value;

    pub(super) fn ask<A, T>(arguments: A) -> Answer<T>
    where
        A: ServerFn + Serialize,
        T: DeserializeOwned + 'static,
    {
        let sent = ask_value(arguments);
        Box::pin(async move { json::from_value(sent.await?).map_err(|_| unreachable()) })
    }

    pub(super) fn ask_value<A: ServerFn + Serialize>(arguments: A) -> Answer<Value> {
        send(IntoReq::<PostUrl, _, _>::into_req(arguments, A::PATH, "application/json"))
    }

    /// The answer's value, or its refusal.
    fn send(request: Result<BrowserRequest, ServerFnError>) -> Answer<Value> {
        Box::pin(async move {
            let response =
                <BrowserClient as Client<ServerFnError>>::send(request.map_err(lost)?).await.map_err(lost)?;
            let well = (200..300).contains(&ClientRes::<ServerFnError>::status(&response));
            let bytes = ClientRes::<ServerFnError>::try_into_bytes(response).await.map_err(lost)?;
            if !well {
                return Err(refusal(&bytes));
            }
            match serde_json::from_slice(&bytes) {
                Ok(Value::Object(mut answer)) => match (answer.remove("Ok"), answer.remove("Err")) {
                    (Some(value), _) => Ok(value),
                    (None, Some(problem)) => {
                        Err(json::from_value::<Problem>(problem).unwrap_or_else(|_| unreachable()))
                    }
                    (None, None) => Err(unreachable()),
                },
                _ => Err(unreachable()),
            }
        })
    }
    /// What the edge refuses, it refuses in the API's envelope, with a sentence for people.
    fn refusal(bytes: &[u8]) -> Problem {
        let told = match serde_json::from_slice(bytes) {
            Ok(Value::Object(mut envelope)) => envelope.remove("error").and_then(|told| json::from_value(told).ok()),
            _ => None,
        };
        told.unwrap_or_else(unreachable)
    }

    fn lost(_: ServerFnError) -> Problem {
        unreachable()
    }
}
