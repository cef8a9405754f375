//! The table of columns.

use crate::Kind;

/// Makes [`Column`] and its functions of the table below.
macro_rules! columns {
    (
        event: $($e:ident $e_name:literal $e_kind:ident $e_title:literal [$e_key:literal $(, $e_other:literal)*])*;
        product: $($p:ident $p_name:literal $p_kind:ident $p_title:literal [$p_key:literal $(, $p_other:literal)*])*;
    ) => {
        /// A column of `public.clickstream_events`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Column {
            $(#[doc = concat!("`", $e_name, "`")] $e,)*
            $(#[doc = concat!("`", $p_name, "`")] $p,)*
        }

        /// How many columns there are.
        pub const COLUMN_COUNT: usize = [$($e_name,)* $($p_name,)*].len();

        impl Column {
            /// All of them, in the order of the table.
            pub const ALL: [Self; COLUMN_COUNT] = [$(Self::$e,)* $(Self::$p,)*];

            /// Its name in the warehouse.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$e => $e_name,)* $(Self::$p => $p_name,)* }
            }

            /// What it holds.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$e => Kind::$e_kind,)* $(Self::$p => Kind::$p_kind,)* }
            }

            /// Its heading in a table for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$e => $e_title,)* $(Self::$p => $p_title,)* }
            }

            /// The keys of raw events that name it; the first is what the platform writes.
            #[must_use]
            pub const fn keys(self) -> &'static [&'static str] {
                match self {
                    $(Self::$e => &[$e_key $(, $e_other)*],)*
                    $(Self::$p => &[$p_key $(, $p_other)*],)*
                }
            }

            /// The JSON key that the platform itself writes, quotes included.
            #[must_use]
            pub const fn json_key(self) -> &'static str {
                match self {
                    $(Self::$e => concat!("\"", $e_key, "\""),)*
                    $(Self::$p => concat!("\"", $p_key, "\""),)*
                }
            }

            /// The column that a key of an event names, in any spelling.
            #[must_use]
            pub fn in_event(key: &str) -> Option<Self> {
                match key { $($e_key $(| $e_other)* => Some(Self::$e),)* _ => None }
            }

            /// The column that a key of an event's product names, in any spelling.
            #[must_use]
            pub fn in_product(key: &str) -> Option<Self> {
                match key { $($p_key $(| $p_other)* => Some(Self::$p),)* _ => None }
            }
        }
    };
}

// Variant, name in the warehouse, kind, heading, keys of raw events: first what the platform writes.
columns! {
    event:
        EventId        "event_id"         Key  "event id"    ["eventId", "event_id"]
        EventTimestamp "event_timestamp"  Time "time, UTC"   ["eventTimestamp", "event_timestamp"]
        EventName      "event_name"       Name "event"       ["eventName", "event_name"]
        UserId         "user_id"          Id   "user"        ["userId", "user_id"]
        UserLoginState "user_login_state" Text "login"       ["userLoginState", "user_login_state"]
        IdentitySource "identity_source"  Text "identity"    ["identitySource", "identity_source"]
        ClientId       "client_id"        Id   "client"      ["clientId", "client_id"]
        SessionId      "session_id"       Id   "session"     ["sessionId", "session_id"]
        IsFirstVisit   "is_first_visit"   Flag "first visit" ["isFirstVisit", "is_first_visit"];
    product:
        ProductId       "context_product_id"             Id    "product id" ["id", "product_id"]
        ProductName     "context_product_name"           Text  "product"    ["name", "product_name"]
        ProductCategory "context_product_category"       Text  "category"   ["category", "product_category"]
        ProductBrand    "context_product_brand"          Text  "brand"      ["brand", "brandName", "product_brand"]
        Price           "context_product_price"          Price "price"      ["price", "product_price"]
        DiscountPrice   "context_product_discount_price" Price "discounted" ["discountPrice", "product_discount_price"]
        ProductUrlPath  "context_product_url_path"       Text  "url path"   ["urlPath", "product_url_path"];
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("eventName", Some(Column::EventName))]
    #[case("event_name", Some(Column::EventName))]
    #[case("id", None)]
    #[case("EventName", None)]
    fn keys_of_an_event_name_columns(#[case] key: &str, #[case] column: Option<Column>) {
        assert_eq!(Column::in_event(key), column);
    }

    #[rstest]
    #[case("id", Some(Column::ProductId))]
    #[case("brandName", Some(Column::ProductBrand))]
    #[case("eventName", None)]
    fn keys_of_a_product_name_columns(#[case] key: &str, #[case] column: Option<Column>) {
        assert_eq!(Column::in_product(key), column);
    }

    #[test]
    fn a_column_stands_where_its_number_says() {
        for (place, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, place);
        }
    }

    #[test]
    fn what_the_platform_writes_is_read_again() {
        for column in Column::ALL {
            let key = column.json_key().trim_matches('"');
            let read = Column::in_event(key).or_else(|| Column::in_product(key));
            assert_eq!(read, Some(column));
        }
    }
}
