"""The campaign of an exam year (报考动员): who means to register, who did, and what everybody has to do by when.

A *statement* is what a candidate says of the year: will register, has registered, is undecided, will not. The
*funnel* counts persons on the way: intends, registered, approved, sat, passed. A *chasing list* holds those who are
stuck between two of these; whoever may see it can remind exactly the listed persons. An *announcement* (报名通知) goes
to an organisation and all below it. The *road* is a candidate's own year: each step with its days, done or not.
"""
