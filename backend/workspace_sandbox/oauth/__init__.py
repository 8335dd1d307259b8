"""OAuth 2.0 and OpenID Connect as Google's accounts server speaks them."""
