"""The register of holders (社工人才信息库): certificates, and their registration (登记).

A certificate never expires; its registration does, three years after it was made. A holder is a person with at least
one certificate and counts once, at the highest level held. What happened is kept as events; certificates are derived.
"""
