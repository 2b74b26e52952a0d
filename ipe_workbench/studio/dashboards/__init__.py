"""The dashboards: pages on the records for the programme's office, for faculty and for learners, each for its visitor.

In come a programme, a database of records and a visitor whom the deployment names; out comes a page in Voilà. What a
page shows is decided in its model, which reads only what that visitor may see; views and server know no more.
"""

from ipe_workbench.studio.dashboards.identity import LinkKeys, RefusedLinkError, Visitor
from ipe_workbench.studio.dashboards.opening import open_dashboard

__all__ = ["LinkKeys", "RefusedLinkError", "Visitor", "open_dashboard"]
