using Hutong.Simulators.People;

namespace Hutong.Simulators.Tests;

public sealed class DemoPeopleSpecs
{
    [Fact]
    public void No_two_people_share_an_id_or_an_account()
    {
        DemoPeople.All.Select(person => person.Id).ShouldBeUnique();
        DemoPeople.All.Select(person => person.Picture).ShouldBeUnique();
        DemoPeople.All.SelectMany(person => person.PersonalValues).ShouldBeUnique();
    }

    [Fact]
    public void Personal_values_are_long_enough_to_be_looked_for()
    {
        // A Chinese name of two characters is six bytes; anything shorter would be found by chance.
        DemoPeople.All.SelectMany(person => person.PersonalValues)
            .ShouldAllBe(value => System.Text.Encoding.UTF8.GetByteCount(value) >= 5);
    }

    [Fact]
    public void The_journeys_people_have_the_accounts_the_journey_needs()
    {
        DemoPeople.Find("li-na")!.ShouldSatisfyAllConditions(person => person.Weibo.ShouldNotBeNull(), person => person.Taobao.ShouldNotBeNull());
        DemoPeople.Find("wang")!.ShouldSatisfyAllConditions(person => person.Weibo.ShouldNotBeNull(), person => person.Taobao.ShouldNotBeNull());
        DemoPeople.Find("chen")!.Weibo.ShouldNotBeNull();
    }
}
