"""The parts of the studio's server.

    openapi.json  the description of the API: routes, what they take, what they answer
    description   reads it, and checks requests against it
    service       what every handler works with
    pipeline      a request's way: armour → limits → who is it → as described? → handler → errors as JSON
    answers       JSON, files and problems on their way back
    armour        hosts, origins, headers
    limits        how often and how much one user may ask
    accounts      signing in and out
    ownership     nobody sees what is not theirs
    pages         the static page; preview is what a chat shows of a share page's link
    feed          one look at the ledger for all who follow jobs; events writes it out to each
    metrics       figures for Prometheus
    uploads       files as they arrive
    handlers      operation → handler, from the modules meta, melodies, genres, composing, library, sharing, forms,
                  trainings

A route is a line in the description and one in ``handlers``.
"""
