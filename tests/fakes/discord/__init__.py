"""A Discord of our own on the loopback interface: REST, gateway, CDN, with the real one's clocks, limits and errors.

Facts: Discord's developer documentation; every request and every payload is also checked against Discord's own machine-
readable descriptions where ``../shared/specs`` is present. What breaks a rule is collected in ``World.violations``.
"""
