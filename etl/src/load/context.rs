//! A chunk's context goes into the warehouse: dictionaries first, then the rows of its events.

use std::collections::HashSet;

use serde::Serialize;
use tokio_postgres::{
    Client, Error, GenericClient, Statement, Transaction,
    types::{Json, ToSql},
};
use uuid::Uuid;

use crate::context::{ChunkContext, Item, Order, Search};

const INSERT_EVENT_CONTEXT: &str = include_str!("../../sql/insert_event_context.sql");
const KEEP_WHAT_IS_THERE: &str = "\non conflict do nothing";
const INSERT_ORDERS: &str = include_str!("../../sql/insert_orders.sql");
const INSERT_ITEMS: &str = include_str!("../../sql/insert_items.sql");
const INSERT_SEARCHES: &str = include_str!("../../sql/insert_searches.sql");

/// Prepared once, used by every chunk.
pub(super) struct ContextStatements {
    pages: Dictionary,
    origins: Dictionary,
    agents: Dictionary,
    insert_events: Statement,
    insert_missing_events: Statement,
    insert_orders: Statement,
    insert_items: Statement,
    insert_searches: Statement,
}

struct Dictionary {
    find: Statement,
    add: Statement,
}

/// The numbers of a chunk's dictionary values in the warehouse, in the order of the chunk.
pub(super) struct Numbers {
    pub(super) pages: Vec<Option<i32>>,
    pub(super) origins: Vec<Option<i32>>,
    pub(super) agents: Vec<Option<i32>>,
}

/// What only some events have, of those that are loaded.
struct Rare<'a> {
    orders: Vec<&'a Order>,
    items: Vec<&'a Item>,
    searches: Vec<&'a Search>,
}

impl<'a> Rare<'a> {
    fn of(context: &'a ChunkContext, left_out: &HashSet<Uuid>) -> Self {
        let stays = |event_id: &Uuid| !left_out.contains(event_id);
        let (orders, items, searches) = (&context.orders, &context.items, &context.searches);
        Self {
            orders: orders.iter().filter(|o| stays(&o.event_id)).collect(),
            items: items.iter().filter(|i| stays(&i.event_id)).collect(),
            searches: searches.iter().filter(|s| stays(&s.event_id)).collect(),
        }
    }
}

impl ContextStatements {
    pub(super) async fn prepare(client: &Client) -> Result<Self, Error> {
        let dictionary = async |find, add| {
            Ok::<_, Error>(Dictionary {
                find: client.prepare(find).await?,
                add: client.prepare(add).await?,
            })
        };
        Ok(Self {
            pages: dictionary(
                include_str!("../../sql/find_pages.sql"),
                include_str!("../../sql/add_pages.sql"),
            )
            .await?,
            origins: dictionary(
                include_str!("../../sql/find_origins.sql"),
                include_str!("../../sql/add_origins.sql"),
            )
            .await?,
            agents: dictionary(
                include_str!("../../sql/find_agents.sql"),
                include_str!("../../sql/add_agents.sql"),
            )
            .await?,
            insert_events: client.prepare(INSERT_EVENT_CONTEXT).await?,
            insert_missing_events: client
                .prepare(&format!("{INSERT_EVENT_CONTEXT}{KEEP_WHAT_IS_THERE}"))
                .await?,
            insert_orders: client.prepare(INSERT_ORDERS).await?,
            insert_items: client.prepare(INSERT_ITEMS).await?,
            insert_searches: client.prepare(INSERT_SEARCHES).await?,
        })
    }

    /// The chunk's numbers. Values that are new to the warehouse are added: best outside of the
    /// chunk's transaction, so that loaders which add the same wait for each other only shortly.
    /// A value that no event refers to after all does no harm.
    pub(super) async fn numbers(
        &self,
        client: &impl GenericClient,
        context: &ChunkContext,
    ) -> Result<Numbers, Error> {
        Ok(Numbers {
            pages: self.pages.numbers(client, &context.pages).await?,
            origins: self.origins.numbers(client, &context.origins).await?,
            agents: self.agents.numbers(client, &context.agents).await?,
        })
    }

    /// Inserts the context of the events in `incoming`; those left out of it have none.
    ///
    /// `carefully`, a row that is there already stays: an event that was deleted with triggers
    /// disabled leaves it behind. That takes twice as long, so it is for the second attempt.
    pub(super) async fn insert(
        &self,
        transaction: &Transaction<'_>,
        numbers: &Numbers,
        context: &ChunkContext,
        left_out: &HashSet<Uuid>,
        carefully: bool,
    ) -> Result<(), Error> {
        let Numbers {
            pages,
            origins,
            agents,
        } = numbers;
        let insert_events = if carefully {
            &self.insert_missing_events
        } else {
            &self.insert_events
        };
        transaction
            .execute(insert_events, &[pages, origins, agents])
            .await?;
        let rare = Rare::of(context, left_out);
        if !rare.orders.is_empty() {
            transaction
                .execute(&self.insert_orders, &[&Json(&rare.orders)])
                .await?;
        }
        if !rare.items.is_empty() {
            transaction
                .execute(&self.insert_items, &[&Json(&rare.items)])
                .await?;
        }
        if !rare.searches.is_empty() {
            transaction
                .execute(&self.insert_searches, &[&Json(&rare.searches)])
                .await?;
        }
        Ok(())
    }
}

impl Dictionary {
    async fn numbers<T: Serialize + Sync + std::fmt::Debug>(
        &self,
        client: &impl GenericClient,
        values: &[T],
    ) -> Result<Vec<Option<i32>>, Error> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let numbers = self.find(client, values).await?;
        let missing: Vec<&T> = values
            .iter()
            .zip(&numbers)
            .filter_map(|(value, number)| number.is_none().then_some(value))
            .collect();
        if missing.is_empty() {
            return Ok(numbers);
        }
        client.execute(&self.add, &[&Json(&missing)]).await?;
        self.find(client, values).await
    }

    async fn find<T: Serialize + Sync + std::fmt::Debug>(
        &self,
        client: &impl GenericClient,
        values: &[T],
    ) -> Result<Vec<Option<i32>>, Error> {
        let rows = client.query(&self.find, &[&Json(values)]).await?;
        Ok(rows.iter().map(|row| row.get("number")).collect())
    }
}

/// Inserts what context the events in `incoming` lack; the ids of those that got some.
pub(super) async fn add_missing(
    transaction: &Transaction<'_>,
    numbers: &Numbers,
    context: &ChunkContext,
    left_out: &HashSet<Uuid>,
) -> Result<Vec<Uuid>, Error> {
    let rare = Rare::of(context, left_out);
    let mut changed = HashSet::new();
    let (orders, items, searches) = (Json(&rare.orders), Json(&rare.items), Json(&rare.searches));
    let insert_events = format!("{INSERT_EVENT_CONTEXT}{KEEP_WHAT_IS_THERE}");
    let inserts: [(&str, &[&(dyn ToSql + Sync)]); 4] = [
        (
            &insert_events,
            &[&numbers.pages, &numbers.origins, &numbers.agents],
        ),
        (INSERT_ORDERS, &[&orders]),
        (INSERT_ITEMS, &[&items]),
        (INSERT_SEARCHES, &[&searches]),
    ];
    for (insert, parameters) in inserts {
        let insert = format!("{insert}\nreturning event_id");
        let rows = transaction.query(&insert, parameters).await?;
        changed.extend(rows.iter().map(|row| row.get::<_, Uuid>("event_id")));
    }
    Ok(changed.into_iter().collect())
}
