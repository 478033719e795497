"""The worker process: claims jobs from the ledger, does them, leaves files and a result.

    loop     claim → hand to the kind's handler → again
    held     the jobs that this process owns: leases, cancels, stopping
    compose  jobs of kind ``compose``, several as one batch
    export   jobs of kind ``export``: a take as stems, voice message, smaller sound
    produce  one take: perform → render → encode → picture → MIDI → JSON
    heard    a take's notes as they are heard, for a page to draw
    faults   what the user is told when something fails
    checkup  what ``tutti doctor`` asks of this side

The only part of ``composer_core`` that may import ``storage`` and ``audio``.
"""
