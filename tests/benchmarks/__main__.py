"""Every measurement, one after the other; exits 1 when a goal is missed."""

import sys

from tests.benchmarks import fields, home_box, pages, quality, speed

sys.exit(not all([quality.run(), fields.run(), speed.run(), home_box.run(), pages.run()]))
