//! A cursor on a table: its row, its scroll, the order and the search.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Where the reader is in a table, and how it is sorted and searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    row: usize,
    top: usize,
    /// What the row under the cursor is called: it is followed when rows move.
    name: Option<String>,
    /// By which column; none: as the warehouse has it.
    pub sort: Option<Column>,
    /// The other way round: smallest first, or names from Z?
    pub reversed: bool,
    /// Only rows that contain this.
    pub search: String,
}

/// What a table can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// Its name.
    Name,
    /// All events.
    Events,
    /// `product_view` events.
    Views,
    /// `add_to_cart_click` events.
    Carts,
    /// Orders.
    Orders,
    /// Pieces ordered.
    Units,
    /// Carts of views.
    ViewToCart,
    /// Orders of carts.
    CartToOrder,
    /// Money.
    Revenue,
}

impl Column {
    /// Those of products, in the order that sorting steps through.
    pub const OF_PRODUCTS: [Self; 9] = [
        Self::Views,
        Self::Carts,
        Self::Orders,
        Self::Units,
        Self::ViewToCart,
        Self::CartToOrder,
        Self::Revenue,
        Self::Events,
        Self::Name,
    ];

    /// Those of categories and brands.
    pub const OF_GROUPS: [Self; 7] = [
        Self::Events,
        Self::Views,
        Self::Carts,
        Self::Orders,
        Self::Units,
        Self::Revenue,
        Self::Name,
    ];
}

impl Table {
    /// The row under the cursor.
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// The first row that is drawn when `height` of `rows` rows fit.
    #[must_use]
    pub fn offset(&self, rows: usize, height: usize) -> usize {
        let lowest = (self.row + 1).saturating_sub(height.max(1));
        let fill = rows.saturating_sub(height);
        self.top.min(fill).max(lowest).min(self.row)
    }

    /// Moves the cursor by so many rows, keeping it in sight.
    pub(super) fn step(&mut self, by: isize, rows: usize, height: usize) {
        self.select(self.row.saturating_add_signed(by), rows, height);
    }

    /// Puts the cursor on a row.
    pub(super) fn select(&mut self, row: usize, rows: usize, height: usize) {
        self.row = row.min(rows.saturating_sub(1));
        self.top = self.offset(rows, height);
        self.name = None;
    }

    /// Remembers what the row under the cursor is called.
    pub(super) fn call(&mut self, name: Option<String>) {
        self.name = name;
    }

    /// The rows are others now: stays on the one of the same name.
    pub(super) fn follow(&mut self, names: &[String]) {
        let found = self
            .name
            .as_ref()
            .and_then(|name| names.iter().position(|other| other == name));
        if let Some(row) = found {
            // What is on the screen moves with it.
            self.top = (self.top + row).saturating_sub(self.row);
            self.row = row;
        }
        self.row = self.row.min(names.len().saturating_sub(1));
        self.top = self.top.min(self.row);
    }

    pub(super) fn rewind(&mut self) {
        self.row = 0;
        self.top = 0;
        self.name = None;
        self.search.clear();
    }
}

/// Text as it is searched: without case and without marks, so that `ban phim`
/// finds `Bàn phím`.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == 'đ' { 'd' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Bàn phím ĐÈN", "ban phim den")]
    #[case("MX Master 3S", "mx master 3s")]
    fn folds(#[case] text: &str, #[case] becomes: &str) {
        assert_eq!(folded(text), becomes);
    }

    #[test]
    fn the_cursor_stays_in_sight_and_scrolls_only_when_it_must() {
        let mut table = Table::default();
        table.step(12, 100, 10);
        assert_eq!((table.row(), table.offset(100, 10)), (12, 3));
        table.step(-5, 100, 10);
        assert_eq!((table.row(), table.offset(100, 10)), (7, 3));
        table.step(-5, 100, 10);
        assert_eq!((table.row(), table.offset(100, 10)), (2, 2));
        table.step(isize::MAX, 100, 10);
        assert_eq!((table.row(), table.offset(100, 10)), (99, 90));
        // A higher screen leaves no gap below.
        assert_eq!(table.offset(100, 50), 50);
    }

    #[test]
    fn the_cursor_follows_its_row() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let mut table = Table::default();
        table.step(1, 3, 10);
        table.call(Some("b".to_owned()));
        table.follow(&names(&["x", "a", "b", "c"]));
        assert_eq!(table.row(), 2);
        table.follow(&names(&["a"]));
        assert_eq!(table.row(), 0);
    }
}
