import os

from hypothesis import settings

# Continuous integration repeats the same examples, so that a red run means that the change broke something; a
# developer's own runs keep looking for new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
