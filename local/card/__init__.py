"""A provider like that of the Digital Authentication App: authorize page, screens, codes, ID tokens (ES256), keys, userinfo."""
