from common import *

workers = 2
