"""Every measurement, one after the other; exits 1 when a goal is missed."""

import sys

from tests.benchmarks import home_box, quality, speed

sys.exit(not all([quality.run(), speed.run(), home_box.run()]))
