-- No chunk is loaded that does not know of what follows: waits for those at work, and they for this.
lock table etl.exclusions, etl.erasures in access exclusive mode
