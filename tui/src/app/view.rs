//! The screens there are.

/// A screen: one of the nine tabs, or one that only a drill leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// The shop in numbers.
    Overview,
    /// Where shoppers drop out.
    Funnel,
    /// How each product did.
    Products,
    /// How each category did.
    Categories,
    /// How each brand did.
    Brands,
    /// How long sessions were, who came back, and the newest of them.
    Sessions,
    /// When in the week things happen.
    Activity,
    /// The events themselves.
    Events,
    /// How the warehouse is filled.
    Pipeline,
    /// The sessions of one step of the funnel.
    StepSessions,
    /// One session, event by event.
    Session,
    /// The hours of one cell of the heatmap.
    Hours,
}

impl View {
    /// The tabs, in order.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Funnel,
        Self::Products,
        Self::Categories,
        Self::Brands,
        Self::Sessions,
        Self::Activity,
        Self::Events,
        Self::Pipeline,
    ];

    /// The screens behind the tabs.
    pub const DEEPER: [Self; 3] = [Self::StepSessions, Self::Session, Self::Hours];

    /// The tab that it belongs to.
    #[must_use]
    pub const fn tab(self) -> Self {
        match self {
            Self::StepSessions => Self::Funnel,
            Self::Session => Self::Sessions,
            Self::Hours => Self::Activity,
            tab => tab,
        }
    }

    /// The key that opens its tab.
    #[must_use]
    pub const fn number(self) -> char {
        match self.tab() {
            Self::Overview => '1',
            Self::Funnel => '2',
            Self::Products => '3',
            Self::Categories => '4',
            Self::Brands => '5',
            Self::Sessions => '6',
            Self::Activity => '7',
            Self::Events => '8',
            _ => '9',
        }
    }

    /// The word on its tab, or what it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Funnel => "Funnel",
            Self::Products => "Products",
            Self::Categories => "Categories",
            Self::Brands => "Brands",
            Self::Sessions => "Sessions",
            Self::Activity => "Activity",
            Self::Events => "Events",
            Self::Pipeline => "Pipeline",
            Self::StepSessions => "Sessions of a step",
            Self::Session => "Session",
            Self::Hours => "Hours",
        }
    }

    /// One word for files and settings.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Funnel => "funnel",
            Self::Products => "products",
            Self::Categories => "categories",
            Self::Brands => "brands",
            Self::Sessions => "sessions",
            Self::Activity => "activity",
            Self::Events => "events",
            Self::Pipeline => "pipeline",
            Self::StepSessions => "step_sessions",
            Self::Session => "session",
            Self::Hours => "hours",
        }
    }

    pub(super) fn next(self) -> Self {
        self.at_distance(1)
    }

    pub(super) fn previous(self) -> Self {
        self.at_distance(Self::ALL.len() - 1)
    }

    fn at_distance(self, steps: usize) -> Self {
        let here = Self::ALL
            .iter()
            .position(|&view| view == self.tab())
            .unwrap_or(0);
        Self::ALL[(here + steps) % Self::ALL.len()]
    }
}
