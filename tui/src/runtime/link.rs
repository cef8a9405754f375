//! The life of the connection: made, used, probed, lost, made again.
//!
//! A task of its own, so that no key ever waits for a network. It asks one
//! question at a time; of those that come meanwhile only the last is kept, and
//! the running one is cancelled on the server for it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use sbw_queries::QueryError;
use sbw_queries::connect::{
    self, Canceller, ConnectError, Connected, LinkEvent as Heard, SessionOptions, Target,
};
use sbw_queries::schema::{SchemaState, schema_state};
use secrecy::SecretString;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::backoff;
use super::clock::Compared;
use super::fetch::{FetchError, Server, fetch};
use super::tunnel::{Group, Tunnel};
use crate::app::{Action, LinkEvent, Request};
use crate::text;

/// An idle connection is probed this often: a tunnel can die without a word.
const PROBE_EVERY: Duration = Duration::from_secs(30);

/// The server's own limit comes first; this is for when nothing comes at all.
const GRACE: Duration = Duration::from_secs(1);

/// Cancelling is a favour to the server; the next question waits no longer for it.
const CANCEL_WITHIN: Duration = Duration::from_secs(1);

/// Said first on every connection.
const LISTEN: &str = "listen clickstream_loaded";

/// The channel on which loads are announced.
const LOADED: &str = "clickstream_loaded";

/// The dashboard's end of the connection. Dropping it ends the task at once,
/// whatever it waits for.
pub(super) struct Link {
    requests: watch::Sender<Option<Request>>,
    orders: mpsc::Sender<Order>,
    life: Option<Life>,
    /// What a tunnel started: it must not outlive the dashboard.
    tunnelled: Option<Group>,
    task: Option<JoinHandle<()>>,
}

/// What a reader tells the connection to do.
enum Order {
    Reconnect,
    Password(SecretString),
}

impl Link {
    /// A connection that is not begun yet.
    pub(super) fn new(
        target: Target,
        session: SessionOptions,
        query_timeout: Duration,
        tunnel: Option<Tunnel>,
        actions: mpsc::Sender<Action>,
    ) -> Self {
        let (requests, asked) = watch::channel(None);
        let (orders, told) = mpsc::channel(8);
        let limit = query_timeout + GRACE;
        let tunnelled = tunnel.as_ref().map(Tunnel::group);
        let life = Life {
            target,
            tunnel,
            session,
            limit,
            actions,
            asked,
            told,
            tries: 0,
            schema: SchemaState::Current,
        };
        Self {
            requests,
            orders,
            life: Some(life),
            tunnelled,
            task: None,
        }
    }

    /// Begins to connect.
    pub(super) fn begin(&mut self) {
        if let Some(life) = self.life.take() {
            self.task = Some(tokio::spawn(life.live()));
        }
    }

    /// Asks, in the place of whatever was asked and not yet answered.
    pub(super) fn ask(&self, request: Request) {
        self.requests.send_replace(Some(request));
    }

    /// Connects now.
    pub(super) fn reconnect(&self) {
        self.order(Order::Reconnect);
    }

    /// Connects with a password.
    pub(super) fn password(&self, password: SecretString) {
        self.order(Order::Password(password));
    }

    fn order(&self, order: Order) {
        // A full queue holds the same order several times over.
        let _ = self.orders.try_send(order);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
        // The task may never get to it: the program ends.
        if let Some(group) = &self.tunnelled {
            group.end();
        }
    }
}

struct Life {
    target: Target,
    tunnel: Option<Tunnel>,
    session: SessionOptions,
    limit: Duration,
    actions: mpsc::Sender<Action>,
    asked: watch::Receiver<Option<Request>>,
    told: mpsc::Receiver<Order>,
    tries: u32,
    /// The schema that was told of last; one that nobody looked at is presumed right.
    schema: SchemaState,
}

impl Life {
    async fn live(mut self) {
        loop {
            self.say(LinkEvent::Connecting).await;
            let target = match &mut self.tunnel {
                Some(tunnel) => match tunnel.through(&self.target).await {
                    Ok(target) => target,
                    Err(error) => {
                        tracing::warn!(%error, "no tunnel");
                        self.wait_to_retry(sentence(&error)).await;
                        if self.actions.is_closed() {
                            return;
                        }
                        continue;
                    }
                },
                None => self.target.clone(),
            };
            match connect::connect(&target, &self.session).await {
                Ok(connected) => {
                    tracing::info!(target = %self.target, "connected");
                    let why = self.serve(connected).await;
                    tracing::warn!(why, "connection lost");
                    self.wait_to_retry(why).await;
                }
                Err(
                    error @ (ConnectError::PasswordNeeded { .. }
                    | ConnectError::WrongPassword { .. }),
                ) => {
                    tracing::warn!(%error, "the server wants a password");
                    self.say(LinkEvent::PasswordWanted {
                        why: sentence(&error),
                    })
                    .await;
                    if let Some(order) = self.told.recv().await {
                        self.obey(order);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot connect");
                    self.wait_to_retry(sentence(&error)).await;
                }
            }
            if self.actions.is_closed() {
                return;
            }
        }
    }

    async fn wait_to_retry(&mut self, why: String) {
        // One that is silent never says so: the next try has a tunnel of its own.
        if let Some(tunnel) = &mut self.tunnel {
            tunnel.close();
        }
        let wait = backoff::wait(self.tries, RandomState::new().build_hasher().finish());
        self.tries = self.tries.saturating_add(1);
        let retry_at = Utc::now() + TimeDelta::from_std(wait).unwrap_or_default();
        self.say(LinkEvent::Lost { why, retry_at }).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            order = self.told.recv() => {
                if let Some(order) = order {
                    self.obey(order);
                }
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Reconnect => self.tries = 0,
            Order::Password(password) => {
                self.tries = 0;
                self.target = self.target.clone().with_password(password);
            }
        }
    }

    /// Uses a connection for as long as it lasts; says why it did not.
    async fn serve(&mut self, connected: Connected) -> String {
        let Connected {
            mut client,
            canceller,
            mut events,
            clock_offset,
            is_standby,
            local_settings,
        } = connected;
        let mut compared = Compared::now(clock_offset);
        let mut server = Server {
            clock: compared.offset,
            local_settings,
        };
        // A standby knows no listening, and behind a pooler it would be somebody else's.
        let may_listen = !is_standby && server.local_settings.is_none();
        let begun = tokio::try_join!(self.listen(&client, may_listen), self.look(&client));
        match begun {
            Ok((announced, found)) => {
                self.say(LinkEvent::Clock(server.clock)).await;
                self.say(LinkEvent::Announces(announced)).await;
                self.tell_schema(found).await;
            }
            Err(why) => return why,
        }
        // What was asked of an earlier connection is asked again by the state.
        self.asked.mark_unchanged();
        self.say(LinkEvent::Connected).await;
        loop {
            tokio::select! {
                biased;
                changed = self.asked.changed() => {
                    if changed.is_err() {
                        return "the dashboard was closed".to_owned();
                    }
                    let Some(request) = self.asked.borrow_and_update().clone() else { continue };
                    if compared.is_outdated() {
                        match self.compare_clocks(&client).await {
                            Ok(new) => compared = new,
                            Err(why) => return why,
                        }
                        server.clock = compared.offset;
                        self.say(LinkEvent::Clock(server.clock)).await;
                    }
                    if let Err(why) = self.answer(&mut client, &canceller, request, &server).await {
                        return why;
                    }
                }
                heard = events.recv() => match heard {
                    Some(Heard::Notification { channel, .. }) if channel == LOADED => {
                        self.say(LinkEvent::Loaded).await;
                    }
                    Some(Heard::Notification { .. }) => {}
                    Some(Heard::Closed(why)) => return lost(why.as_deref()),
                    None => return lost(None),
                },
                order = self.told.recv() => {
                    if order.is_none() {
                        return "the dashboard was closed".to_owned();
                    }
                }
                () = tokio::time::sleep(PROBE_EVERY) => {
                    if let Err(why) = self.within(client.batch_execute("select 1")).await {
                        return why;
                    }
                }
            }
        }
    }

    /// A statement that takes no time, unless the connection is dead.
    async fn within(
        &self,
        statement: impl Future<Output = Result<(), tokio_postgres::Error>>,
    ) -> Result<(), String> {
        match tokio::time::timeout(self.limit, statement).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(sentence(&QueryError::from(error))),
            Err(_) => Err(sentence(&FetchError::Silence(self.limit))),
        }
    }

    /// Whether loads are announced from now on. They are a convenience: a server that
    /// refuses is asked by the clock.
    async fn listen(&self, client: &Client, may_listen: bool) -> Result<bool, String> {
        if !may_listen {
            return Ok(false);
        }
        match tokio::time::timeout(self.limit, client.batch_execute(LISTEN)).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) => match QueryError::from(error) {
                error if error.is_link_lost() => Err(sentence(&error)),
                error => {
                    tracing::warn!(%error, "loads are not announced");
                    Ok(false)
                }
            },
            Err(_) => Err(sentence(&FetchError::Silence(self.limit))),
        }
    }

    async fn compare_clocks(&self, client: &Client) -> Result<Compared, String> {
        match tokio::time::timeout(self.limit, connect::measure_clock(client)).await {
            Ok(Ok(ahead)) => Ok(Compared::now(ahead)),
            Ok(Err(error)) => Err(sentence(&QueryError::from(error))),
            Err(_) => Err(sentence(&FetchError::Silence(self.limit))),
        }
    }

    /// Which schema is there? An error means that the connection is of no more use.
    async fn look(&self, client: &Client) -> Result<SchemaState, String> {
        match tokio::time::timeout(self.limit, schema_state(client)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) if error.is_link_lost() => Err(sentence(&error)),
            Ok(Err(error)) => {
                // A migration may hold the table right now; the next look tells.
                tracing::warn!(%error, "cannot tell the schema's version");
                Ok(self.schema)
            }
            Err(_) => Err(sentence(&FetchError::Silence(self.limit))),
        }
    }

    async fn tell_schema(&mut self, found: SchemaState) {
        if found != self.schema {
            tracing::info!(?found, "the schema is another one");
            self.schema = found;
            self.say(LinkEvent::Schema(found)).await;
        }
    }

    /// Answers a request, or gives it up for a newer one. An error means that
    /// the connection is of no more use.
    async fn answer(
        &mut self,
        client: &mut Client,
        canceller: &Canceller,
        request: Request,
        server: &Server,
    ) -> Result<(), String> {
        let mut cancelling: Option<JoinHandle<()>> = None;
        let result = {
            let mut answer = pin!(fetch(client, &request, self.limit, server));
            loop {
                tokio::select! {
                    biased;
                    result = &mut answer => break result,
                    changed = self.asked.changed(), if cancelling.is_none() => {
                        if changed.is_err() {
                            return Err("the dashboard was closed".to_owned());
                        }
                        let newer = self.asked.borrow_and_update();
                        if newer.as_ref().is_some_and(|newer| newer.subject != request.subject) {
                            let canceller = canceller.clone();
                            cancelling = Some(tokio::spawn(async move {
                                if let Err(error) = canceller.cancel().await {
                                    tracing::debug!(%error, "cannot cancel");
                                }
                            }));
                        }
                    }
                }
            }
        };
        let superseded = cancelling.is_some();
        if let Some(cancelling) = cancelling {
            // A cancellation that is still on its way would hit the next question.
            let _ = tokio::time::timeout(CANCEL_WITHIN, cancelling).await;
            self.asked.mark_changed();
        }
        match result {
            Ok(answer) => {
                self.tries = 0;
                self.tell(Action::Answered(Box::new(answer))).await;
                if self.schema != SchemaState::Current {
                    // An operator may have been at work: what was said must not stay for ever.
                    let found = self.look(client).await?;
                    self.tell_schema(found).await;
                }
                Ok(())
            }
            Err(FetchError::Query(error)) if error.is_link_lost() => Err(sentence(&error)),
            Err(error @ FetchError::Silence(_)) => Err(sentence(&error)),
            Err(_) if superseded => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "no answer");
                let mut why = sentence(&error);
                if let FetchError::Query(QueryError::SchemaMissing(_)) = error {
                    let found = self.look(client).await?;
                    self.tell_schema(found).await;
                    if let Some(advice) = found.advice() {
                        why = text::sentence(&advice);
                    }
                }
                self.tell(Action::Failed(request.subject, why)).await;
                Ok(())
            }
        }
    }

    async fn say(&self, event: LinkEvent) {
        self.tell(Action::Link(event)).await;
    }

    async fn tell(&self, action: Action) {
        // Nobody hears: the dashboard is being closed, and this task with it.
        let _ = self.actions.send(action).await;
    }
}

fn lost(why: Option<&str>) -> String {
    match why {
        Some(why) => format!("The connection was lost ({why})."),
        None => "The connection was lost.".to_owned(),
    }
}

/// An error's words as a sentence of its own.
fn sentence(error: &dyn std::error::Error) -> String {
    text::sentence(&error.to_string())
}
