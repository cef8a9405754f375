# The page: a head, the reader's choices, a tab for each group of questions.
#
#   SBW clickstream                     data to 22 Nov 13:02 UTC, 4 min ago
#   [days] [presets] [login state] [refresh]
#   Overview | Funnel | Products | Top products | Sessions | Activity | Raw sample
#   +---------------------------------------------------------------------+

# Each tab's name, and what the functions of its file begin with.
TABS <- c("Overview" = "overview", "Funnel" = "funnel", "Products" = "products", "Top products" = "top_products",
          "Sessions" = "sessions", "Activity" = "activity", "Raw sample" = "raw")

# A function of the request, so that today is today in a process of last week.
dashboard_page <- function(request) {
  bootstrapPage(
    title = "SBW clickstream",
    lang = "en",
    tags$head(
      tags$meta(name = "viewport", content = "width=device-width, initial-scale=1"),
      tags$link(rel = "icon", href = "icon.svg"),
      tags$link(rel = "stylesheet", href = "style.css"),
      tags$script(src = "dashboard.js")
    ),
    tags$div(class = "busy"),
    header_ui("header"),
    controls_ui("controls", parseQueryString(request$QUERY_STRING)),
    tags$main(do.call(tabsetPanel, c(list(id = "tab", type = "tabs"), lapply(names(TABS), function(name) {
      tabPanel(name, get(paste0(TABS[[name]], "_ui"))(TABS[[name]]))
    }))))
  )
}

dashboard_server <- function(dwh, input, output, session) {
  recoveries <- header_server("header", dwh)
  controls <- controls_server("controls", recoveries)
  # A tab begins when it is first opened, and asks only while it is open.
  lapply(names(TABS), function(name) {
    open <- reactive(identical(input$tab, name))
    observeEvent(req(open()), once = TRUE, {
      serve <- get(paste0(TABS[[name]], "_server"))
      serve(TABS[[name]], list(dwh = dwh, question = controls$question, tick = controls$tick, on = open))
    })
  })
}
