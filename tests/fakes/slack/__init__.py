"""A Slack of our own on the loopback interface: Web API, Socket Mode, Events API, with the real one's clocks.

Facts: Slack's developer documentation; every call is also checked against the method reference and the Block Kit
schema, and every payload sent against recorded ones, where ``../shared/specs`` is present. What breaks a rule is
collected in ``World.violations``; what Slack refuses because of how a place is set up (no scope, no member) in
``Api.refusals``.
"""
