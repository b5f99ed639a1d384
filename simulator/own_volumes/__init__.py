"""The centre's own volumes and handling times, as it counted them: contacts by hour of the day, minutes by month.

``hourly_interactions.csv``: how many came in each hour, by medium; read as the shape of a day, whatever its height.
``aht_by_channel.csv``: average handling time by medium and month, work after the contact included.
"""
