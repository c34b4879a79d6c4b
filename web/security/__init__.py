"""Who may see and do what in the dashboard.

To add a page: put `@allow("read")` (or "family", "export", "manage": `appliance/access.py`) under its route.
A view without a permission is refused to everyone. Each form that changes something holds `{{ csrf() }}`; a
script sends the text of `csrf_token()` as the header X-CSRF-Token. In templates `may("family")` tells whether
to offer a control, and `visitor()` who is looking.
"""

from web.security.guard import install
from web.security.permissions import allow, allow_anyone
from web.security.visitor import Visitor, visitor

__all__ = ["Visitor", "allow", "allow_anyone", "install", "visitor"]
