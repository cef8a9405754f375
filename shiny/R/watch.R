# Answers that stay fresh while somebody looks at them, and cost nothing otherwise.

# Asks `ask(asked())` when `visible()`, and again at each `tick()` and whenever
# `asked()` changes. The answer changes only when it differs, so that nothing is
# redrawn for nothing. After a failure the last answer stays if the question is
# still the same, and never under another question.
watch <- function(asked, ask, visible, tick) {
  live <- list(answer = reactiveVal(), failure = reactiveVal())
  answered <- NULL
  observe({
    req(visible())
    tick()
    now <- tryCatch(asked(), validation = identity)
    if (inherits(now, "validation")) { # no question at all
      answered <<- NULL
      live$answer(NULL)
      live$failure(now)
      return()
    }
    tryCatch(
      {
        answer <- ask(now)
        answered <<- now
        live$answer(answer)
        live$failure(NULL)
      },
      sbw_failure = function(failure) {
        if (!identical(now, answered)) live$answer(NULL)
        live$failure(failure)
      }
    )
  })
  live
}

# The answer, for whatever draws it. Before the first one the place stays as the
# page made it; after a failure it says what to do, but for a lost connection, about
# which the head of the page says it once.
answer_of <- function(live) {
  answer <- live$answer()
  if (!is.null(answer)) return(answer)
  failure <- live$failure()
  req(failure)
  if (isTRUE(failure$link)) validate("Not known until the warehouse answers.", errorClass = "nothing")
  validate(conditionMessage(failure), errorClass = "failure")
}

# A chart as an output. It is printed here: Shiny would look for what can be clicked.
chart_output <- function(chart, alt) {
  chart <- substitute(chart)
  env <- parent.frame()
  renderPlot({
    print(eval(chart, env))
    invisible()
  }, res = 96, alt = alt)
}

# How wide the chart that is being drawn is, in pixels of the page.
chart_width <- function() getCurrentOutputInfo()$width()

# For answers that may have nothing to show.
or_empty <- function(has_any, what = "events") {
  validate(need(has_any, paste0("No ", what, " in this range. Choose a longer one, or another login state.")),
           errorClass = "nothing")
}
