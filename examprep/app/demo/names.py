"""Names, birth dates and ID numbers of people who do not exist."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from examprep.people.rules.resident_id import ResidentId

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
)
_GIVEN = "文明秀英华慧巧美静淑惠珠翠雅芝玉萍红娥玲芬芳燕彩春菊勤珍贞莉兰凤洁梅琳素云莲真环雪荣爱妹霞香月莺媛艳瑞凡佳嘉琼桂娣叶璧璐娅琦晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希宁欣飘育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思丽伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊民友裕河哲江超浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘"  # noqa: E501
# No division of GB/T 2260 begins with 99, so no living person can have such a number.
_NOWHERE = "99"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Invented:
    """A person who does not exist."""

    name: str
    id_number: ResidentId
    education: str


class Inventor:
    """Draws people from one seed; no two share an ID number."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311 -- invented people, not secrets
        self._count = 0

    def person(self) -> Invented:
        draw = self._draw
        given = draw.choice(_GIVEN) + (draw.choice(_GIVEN) if draw.random() < 0.72 else "")
        born = date(1972, 1, 1) + timedelta(days=draw.randrange(30 * 365))
        education = draw.choices(("secondary", "college", "bachelor", "master"), (18, 41, 38, 3))[0]
        return Invented(draw.choice(_SURNAMES) + given, self._number(born), education)

    def _number(self, born: date) -> ResidentId:
        """Counted upwards: place (four digits) and order (three digits) together never repeat."""
        place, order = divmod(self._count, 1000)
        self._count += 1
        return ResidentId(_checked(f"{_NOWHERE}{place:04d}{born:%Y%m%d}{order:03d}"))


def other_number(number: str) -> str:
    """Another number of the same birth date that nobody drawn here has."""
    return _checked(f"{_NOWHERE}9999{number[6:17]}")


def _checked(body: str) -> str:
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
