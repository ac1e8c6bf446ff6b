"""The HTTP interface: what the service shows and does over HTTP.

| name | module |
| --- | --- |
| `create_app` | `app` |
| `ApiSettings`, `api_settings` | `settings` |
| `serving` | `server` |
"""
